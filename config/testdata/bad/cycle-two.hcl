locals {
  a = local.b # ERROR: Cyclic locals
  b = "${local.a}x"
}

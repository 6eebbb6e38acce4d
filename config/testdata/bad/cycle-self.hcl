locals {
  a = local.a # ERROR: Cyclic locals
}

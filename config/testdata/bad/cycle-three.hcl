locals {
  a = [local.b, local.c] # ERROR: Cyclic locals
  b = local.c
  c = local.a
  d = local.a
}

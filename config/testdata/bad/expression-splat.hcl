locals {
  a = [{ x = 1 }]
  b = local.a[*].x # ERROR: Expression not supported
  c = local.a.*.x # ERROR: Expression not supported
}

locals {
  a = { x = 1 }
  b = local.a.y # ERROR: Unsupported attribute
  c = [1][3] # ERROR: Invalid index
}

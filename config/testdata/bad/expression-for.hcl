locals {
  a = [for x in ["a"] : x] # ERROR: Expression not supported
  b = { for x in ["a"] : x => x } # ERROR: Expression not supported
}

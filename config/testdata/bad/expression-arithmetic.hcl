locals {
  a = 1 + 1 # ERROR: Expression not supported
  b = 2 * 3 # ERROR: Expression not supported
  c = 7 % 2 # ERROR: Expression not supported
}

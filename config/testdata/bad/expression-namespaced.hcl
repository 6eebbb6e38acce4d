locals {
  a = core::upper("x") # ERROR: Expression not supported
}

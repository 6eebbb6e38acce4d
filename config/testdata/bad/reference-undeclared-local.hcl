locals {
  a = local.bb # ERROR: Reference to undeclared name
}

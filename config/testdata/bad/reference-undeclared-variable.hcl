locals {
  a = var.b # ERROR: Reference to undeclared name
}

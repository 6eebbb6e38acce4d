variable "b" {
  default = "x"
}
locals {
  a = var # ERROR: Invalid reference
}

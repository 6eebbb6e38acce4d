variable "a" {
  default = var.b # ERROR: Reference not allowed here
}
variable "b" {
  default = var.a # ERROR: Reference not allowed here
}

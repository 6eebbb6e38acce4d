variable "a" {
  type    = "string" # ERROR: Invalid variable type
  default = "x"
}

variable "A-b" { # ERROR: Invalid name
  default = "x"
}

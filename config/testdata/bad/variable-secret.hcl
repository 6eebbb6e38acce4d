variable "db_password" { # ERROR: Literal secret
  default = "x"
}

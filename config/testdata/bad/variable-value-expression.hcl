# VAR: a=local.x
# VAR: b=["a"]\nx = 1
# VAR: c=[for x in ["a"] : x]
locals {
  x = 1
}
variable "a" { # ERROR: Invalid variable value
  type = number
}
variable "b" { # ERROR: Invalid variable value
  type = list(string)
}
variable "c" { # ERROR: Invalid variable value
  type = list(string)
}

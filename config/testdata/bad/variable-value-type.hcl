# VAR: a=many
# VAR: b=[1]
# ENV: c=perhaps
variable "a" { # ERROR: Invalid variable value
  type = number
}
variable "b" { # ERROR: Invalid variable value
  type = list(string)
}
variable "c" { # ERROR: Invalid variable value
  type = bool
}

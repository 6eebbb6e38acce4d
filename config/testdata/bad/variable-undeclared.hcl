# VAR: b=1
# ENV: d=1
# ERROR@0: Value for undeclared variable
# WARNING@0: Value for undeclared variable
variable "a" {
  default = "x"
}

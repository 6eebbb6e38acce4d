variable "a" {
  type    = number
  default = "x" # ERROR: Wrong type
}
variable "b" {
  type    = list(string)
  default = ["x", 1] # ERROR: Wrong type
}
variable "c" {
  type    = bool
  default = null # ERROR: Wrong type
}

variable "a" {
  type    = map(string) # ERROR: Invalid variable type
  default = "x"
}
variable "b" {
  type    = list(number) # ERROR: Invalid variable type
  default = "x"
}

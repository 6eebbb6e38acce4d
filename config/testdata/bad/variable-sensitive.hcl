variable "a" {
  default   = "x"
  sensitive = true # ERROR: Sensitive variable not supported
}

variable "a" {
  default     = "x"
  description = 4 # ERROR: Wrong type
}

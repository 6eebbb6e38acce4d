variable "x" {
  default  = "y"
  validate = true # ERROR: Unsupported argument
}

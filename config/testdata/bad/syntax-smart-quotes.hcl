locals {
  a = “x” # ERROR: Invalid character # ERROR: Invalid character
}

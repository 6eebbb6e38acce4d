locals {
  a = "[31m" # ERROR: Invisible character
}

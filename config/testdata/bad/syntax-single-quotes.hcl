locals {
  a = 'x' # ERROR: Invalid character
}

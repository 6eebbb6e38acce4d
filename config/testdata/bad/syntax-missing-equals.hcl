locals {
  a "x" # ERROR: Invalid block definition
}

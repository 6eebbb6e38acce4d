locals {
  a = "x${["a"]}" # ERROR: Invalid template interpolation value
}

locals {
  a​ = 1 # ERROR: Invisible character
}

locals {
  a = ["x"} # ERROR: Unclosed bracket
}
locals {
  b = 1
}

locals {
  a = 1
  b { # ERROR: Unexpected "b" block
  }
}

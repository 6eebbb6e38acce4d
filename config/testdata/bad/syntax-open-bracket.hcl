# ERROR@4: Unclosed bracket
locals {
  b = 1
  a = ["x",

# ERROR@3: Unclosed quote
locals {
  a = "x
}

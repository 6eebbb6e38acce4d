locals {
  a = "${" # ERROR: Unclosed quote
}

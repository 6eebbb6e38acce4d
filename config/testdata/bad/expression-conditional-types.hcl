locals {
  a = true ? "x" : ["y"] # ERROR: Inconsistent conditional result types
  b = "x" ? 1 : 2 # ERROR: Incorrect condition type
}

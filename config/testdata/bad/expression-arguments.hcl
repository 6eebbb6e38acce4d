locals {
  a = upper() # ERROR: Not enough function arguments
  b = upper("a", "b") # ERROR: Too many function arguments
  c = join(",", "a") # ERROR: Invalid function argument
  d = upper(["a"]) # ERROR: Invalid function argument
}

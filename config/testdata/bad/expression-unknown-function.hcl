locals {
  a = file("/etc/passwd") # ERROR: Call to unknown function
  b = uper("x") # ERROR: Call to unknown function
  c = format("%99999999d", 1) # ERROR: Call to unknown function
}

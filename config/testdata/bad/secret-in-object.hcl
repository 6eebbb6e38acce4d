locals {
  a = { user = "x", password = "hunter2" } # ERROR: Literal secret
  b = {
    "secret_key" = "hunter2" # ERROR: Literal secret
  }
  c = { token : "hunter2" } # ERROR: Literal secret
}

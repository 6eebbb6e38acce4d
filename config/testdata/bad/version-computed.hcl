# ALONE
cwb {
  required_version = upper(">= 0.1") # ERROR: Invalid version condition
  deployment = "x"
}

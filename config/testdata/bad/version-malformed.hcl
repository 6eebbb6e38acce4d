# ALONE
cwb {
  required_version = "latest" # ERROR: Invalid version condition
  deployment = "x"
}

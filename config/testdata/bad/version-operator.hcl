# ALONE
cwb {
  required_version = "=> 0.1" # ERROR: Invalid version condition
  deployment = "x"
}

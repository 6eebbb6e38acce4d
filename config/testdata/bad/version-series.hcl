# VERSION: 1.0.0
# ALONE
cwb {
  required_version = "~> 0.2" # ERROR: Unsupported cwb version
  deployment = "x"
}

# VERSION: 1.4.0
# ALONE
cwb {
  required_version = ">= 0.1, < 1.0" # ERROR: Unsupported cwb version
  deployment = "x"
}

# ALONE
cwb {
  required_version = ">= 2.0" # ERROR: Unsupported cwb version
  deployment = "x"
  some_future_argument = 1
}

# ALONE
cwb { # ERROR: Missing required argument
  timezone = "UTC"
}

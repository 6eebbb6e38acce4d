cwb { # ERROR: Duplicate cwb block
  deployment = "two"
}

# ALONE
cwb {
  deployment = "x"
  timezone = "" # ERROR: Empty value
}

# ALONE
cwb {
  deployment = "x"
  timezone = "Local" # ERROR: Unknown time zone
}

# ALONE
cwb {
  deployment = "x"
  timezone = "Europe/Londn" # ERROR: Unknown time zone
}

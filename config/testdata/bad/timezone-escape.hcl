# ALONE
cwb {
  deployment = "x"
  timezone = "../../etc/passwd" # ERROR: Unknown time zone
}

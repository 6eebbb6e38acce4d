# ALONE
cwb {
  deployment = "x"
  timezon    = "UTC" # ERROR: Unsupported argument
}

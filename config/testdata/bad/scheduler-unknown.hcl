# ALONE
cwb {
  deployment = "x"
  scheduler = "cronn" # ERROR: Unknown value
}

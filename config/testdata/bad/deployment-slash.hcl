# ALONE
cwb {
  deployment = "../x" # ERROR: Invalid name
}

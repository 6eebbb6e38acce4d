# ALONE
cwb {
  deployment = "Site1" # ERROR: Invalid name
}

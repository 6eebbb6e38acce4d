retention "year" {
  keep_within = "999999999w" # ERROR: Duration out of range
}

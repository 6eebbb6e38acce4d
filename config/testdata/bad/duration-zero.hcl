retention "year" {
  keep_within = "0d" # ERROR: Duration out of range
}

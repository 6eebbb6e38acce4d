retention "year" {
  keep_within = "30m" # ERROR: Duration out of range
}

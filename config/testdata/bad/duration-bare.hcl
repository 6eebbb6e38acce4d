retention "year" {
  keep_within = "30" # ERROR: Invalid duration
}

retention "year" {
  keep_within = "3mo" # ERROR: Invalid duration
}

retention "year" {
  keep_within = "1d12h" # ERROR: Invalid duration
}

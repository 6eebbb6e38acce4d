retention "year" {
  keep_within = "-30d" # ERROR: Invalid duration
}

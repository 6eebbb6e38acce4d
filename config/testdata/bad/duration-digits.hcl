retention "year" {
  keep_within = "99999999999999999999d" # ERROR: Invalid duration
}

retention "year" {
  keep_last = 1.5 # ERROR: Number out of range
}

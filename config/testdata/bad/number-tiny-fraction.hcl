retention "year" {
  keep_last = 0.1 # ERROR: Number out of range
}

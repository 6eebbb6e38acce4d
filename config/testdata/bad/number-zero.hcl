retention "year" {
  keep_last = 0 # ERROR: Number out of range
}

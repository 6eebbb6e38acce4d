retention "year" {
  keep_last = 1e999999999 # ERROR: Number out of range
}

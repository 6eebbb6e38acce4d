retention "year" {
  keep_last = 100000000000 # ERROR: Number out of range
}

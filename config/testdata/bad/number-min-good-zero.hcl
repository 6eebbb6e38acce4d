retention "year" {
  keep_last = 4
  min_good = 0 # ERROR: Number out of range
}

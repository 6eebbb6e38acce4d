retention "year" {
  keep_last = -1 # ERROR: Number out of range
}

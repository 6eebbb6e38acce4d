retention "year" {
  keep_last = -999999999999999999 # ERROR: Number out of range
}

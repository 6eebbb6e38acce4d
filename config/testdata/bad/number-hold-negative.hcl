retention "year" {
  keep_last = 4
  hold_uncopied = -3 # ERROR: Number out of range
}

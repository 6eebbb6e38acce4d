retention "year" {
  keep_last = "4" # ERROR: Wrong type
}

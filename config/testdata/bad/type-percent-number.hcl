retention "year" {
  keep_last = 4
  max_remove = 25 # ERROR: Wrong type
}

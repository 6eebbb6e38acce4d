retention "year" {
  keep_last = 4
  max_remove = "-1%" # ERROR: Invalid percentage
}

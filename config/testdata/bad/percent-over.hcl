retention "year" {
  keep_last = 4
  max_remove = "101%" # ERROR: Invalid percentage
}

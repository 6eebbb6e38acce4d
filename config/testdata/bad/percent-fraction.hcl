retention "year" {
  keep_last = 4
  max_shrink = "2.5%" # ERROR: Invalid percentage
}

retention "year" {
  keep_last = 4
  max_shrink = "25" # ERROR: Invalid percentage
}

retention "year" {
  keep_last = 4
  max_shrink = "half" # ERROR: Invalid percentage
}

retention "year" {
  keep_last = true # ERROR: Wrong type
}

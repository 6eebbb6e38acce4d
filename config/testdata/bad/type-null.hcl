retention "year" {
  keep_last = null # ERROR: Null value
}

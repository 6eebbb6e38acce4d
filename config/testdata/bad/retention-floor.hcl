retention "year" {
  keep_last = 3
  keep_daily = 1
  min_good = 5 # ERROR: Floor above the rules
}

retention "year" {
  keep_last = 4
  keep_last = 5 # ERROR: Attribute redefined
}

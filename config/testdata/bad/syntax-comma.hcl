retention "year" {
  keep_last = 4, # ERROR: Unexpected comma after argument
}

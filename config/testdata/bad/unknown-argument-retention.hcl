retention "year" {
  keep_last = 3
  keep_lsat = 4 # ERROR: Unsupported argument
}

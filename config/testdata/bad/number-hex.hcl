retention "year" {
  keep_last = 0x10 # ERROR: Missing newline after argument
}

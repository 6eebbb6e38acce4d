retention "year" { # WARNING: Unused retention
  keep_last = 4
}

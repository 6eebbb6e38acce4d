retention "nightly" { # ERROR: Duplicate retention
  keep_last = 4
}

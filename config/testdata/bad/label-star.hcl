retention "a*" { # ERROR: Invalid name
  keep_last = 4
}

retention "1st" { # ERROR: Invalid name
  keep_last = 4
}

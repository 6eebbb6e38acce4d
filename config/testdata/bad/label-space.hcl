retention "el lis" { # ERROR: Invalid name
  keep_last = 4
}

retention "latest" { # ERROR: Invalid name
  keep_last = 4
}

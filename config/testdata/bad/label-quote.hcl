retention "a\"b" { # ERROR: Invalid name
  keep_last = 4
}

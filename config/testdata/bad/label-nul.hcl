retention "a\u0000b" { # ERROR: Invalid name
  keep_last = 4
}

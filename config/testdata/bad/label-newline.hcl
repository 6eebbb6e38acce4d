retention "a\nb" { # ERROR: Invalid name
  keep_last = 4
}

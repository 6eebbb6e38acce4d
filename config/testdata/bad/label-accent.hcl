retention "éllis" { # ERROR: Invalid name
  keep_last = 4
}

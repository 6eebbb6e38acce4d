retention "el\u202elis" { # ERROR: Invalid name
  keep_last = 4
}

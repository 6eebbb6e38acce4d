retention "year" { # ERROR: Unclosed bracket
  keep_last = 4

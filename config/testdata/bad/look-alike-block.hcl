retеntion "year" { # ERROR: Look-alike letter
  keep_last = 4
}

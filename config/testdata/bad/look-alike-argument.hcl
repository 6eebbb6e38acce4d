retention "year" { # ERROR: Retention without a rule
  kеep_last = 4 # ERROR: Look-alike letter
}

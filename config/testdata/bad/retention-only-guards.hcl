retention "year" { # ERROR: Retention without a rule
  min_good = 2
  max_remove = "10%"
}

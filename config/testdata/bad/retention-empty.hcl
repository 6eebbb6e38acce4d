retention "year" { # ERROR: Retention without a rule
}

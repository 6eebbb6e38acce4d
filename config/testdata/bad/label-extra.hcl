cwb "x" { # ERROR: Extraneous label for cwb
}
retention "a" "b" { # ERROR: Extraneous label for retention
}

node "mysql" "second" { # ERROR: Missing required argument # ERROR: Missing required argument # ERROR: Missing required argument
}

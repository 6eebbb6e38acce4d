node "cassandra" "homer" { # ERROR: Missing required argument # ERROR: Missing required argument
}

backup "weekly" { # ERROR: Missing required argument # ERROR: Missing required argument
}

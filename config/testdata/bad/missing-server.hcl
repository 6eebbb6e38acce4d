node "mysql" "second" { # ERROR: Missing required argument
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
}

node "mysql" "second" {
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  address = "db:03306" # ERROR: Invalid address
}

node "mysql" "second" {
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  address = "db" # ERROR: Invalid address
}

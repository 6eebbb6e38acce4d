node "mysql" "second" {
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  address = "db;reboot:3306" # ERROR: Invalid address
}

node "mysql" "second" {
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  address = "root@db:3306" # ERROR: Invalid address
}

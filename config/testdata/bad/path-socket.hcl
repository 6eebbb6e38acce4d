node "mysql" "second" {
  socket = "mysqld.sock" # ERROR: Invalid path
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
}

node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["ddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"] # ERROR: Invalid database name
  snapshot_path = "/var/backups/cwb/second"
}

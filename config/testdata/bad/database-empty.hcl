node "mysql" "second" {
  socket = "/run/second.sock"
  databases = [""] # ERROR: Empty value
  snapshot_path = "/var/backups/cwb/second"
}

node "mysql" "second" {
  socket = "/run/second.sock"
  databases = [] # ERROR: Empty list
  snapshot_path = "/var/backups/cwb/second"
}

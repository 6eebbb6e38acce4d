node "mysql" "second" {
  socket = "/run/second.sock"
  databases = "second" # ERROR: Wrong type
  snapshot_path = "/var/backups/cwb/second"
}

node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second", 3] # ERROR: Wrong type
  snapshot_path = "/var/backups/cwb/second"
}

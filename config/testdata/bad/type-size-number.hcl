node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  min_free = 20 # ERROR: Wrong type
}

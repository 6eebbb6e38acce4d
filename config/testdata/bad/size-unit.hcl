node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  min_free = "20G" # ERROR: Invalid size
}

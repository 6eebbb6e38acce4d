node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  min_free = "-1GiB" # ERROR: Invalid size
}

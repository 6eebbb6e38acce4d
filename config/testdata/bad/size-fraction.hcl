node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  min_free = "1.5GiB" # ERROR: Invalid size
}

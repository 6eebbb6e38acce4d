node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  min_free = "999999999TiB" # ERROR: Size out of range
}

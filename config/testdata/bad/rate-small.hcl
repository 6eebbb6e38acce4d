node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  max_rate = "20KiB" # ERROR: Size out of range
}

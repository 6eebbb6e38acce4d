node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second", "second"] # ERROR: Duplicate element
  snapshot_path = "/var/backups/cwb/second"
}

node "mysql" "second" {
  socket = "/run/second.sock"
  databases = { a = "b" } # ERROR: Wrong type
  snapshot_path = "/var/backups/cwb/second"
}

node "mysql" "second" {
  socket        = "/run/second.sock"
  password = 12345 # ERROR: Literal secret
  databases     = ["second"]
  snapshot_path = "/var/backups/cwb/second"
}

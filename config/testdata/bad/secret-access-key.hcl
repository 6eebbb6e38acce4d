node "mysql" "second" {
  socket        = "/run/second.sock"
  access_key = "hunter2" # ERROR: Literal secret
  databases     = ["second"]
  snapshot_path = "/var/backups/cwb/second"
}

node "mysql" "second" {
  socket        = "/run/second.sock"
  passwd = "hunter2" # ERROR: Literal secret
  databases     = ["second"]
  snapshot_path = "/var/backups/cwb/second"
}

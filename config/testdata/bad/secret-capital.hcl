node "mysql" "second" {
  socket        = "/run/second.sock"
  Password = "hunter2" # ERROR: Literal secret
  databases     = ["second"]
  snapshot_path = "/var/backups/cwb/second"
}

node "mysql" "second" {
  ssh           = "ops:hunter2@host" # ERROR: Literal secret # ERROR: Not supported yet
  socket        = "/run/second.sock"
  databases     = ["second"]
  snapshot_path = "/var/backups/cwb/second"
}

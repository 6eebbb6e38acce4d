node "mysql" "еllis2" { # ERROR: Invalid name
  socket        = "/run/second.sock"
  databases     = ["second"]
  snapshot_path = "/var/backups/cwb/second"
}

node "mysql" "ellis" { # ERROR: Duplicate node
  socket        = "/run/second.sock"
  databases     = ["second"]
  snapshot_path = "/var/backups/cwb/second"
}

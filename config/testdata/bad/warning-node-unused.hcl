node "mysql" "second" { # WARNING: Node without backup
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
}

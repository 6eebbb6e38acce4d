node "mysql" "second" { # ERROR: Former name in use
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  formerly = ["ellis"]
}

node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  tls "on" { # ERROR: Extraneous label for tls
  }
}

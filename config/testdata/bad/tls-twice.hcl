node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  tls {
  }
  tls { # ERROR: Duplicate block
  }
}

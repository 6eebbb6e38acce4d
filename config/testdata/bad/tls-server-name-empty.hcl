node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  tls {
    server_name = "" # ERROR: Empty value
  }
}

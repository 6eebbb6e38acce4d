node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  tls {
    server_name = "cassandra-1.example.com:9042" # ERROR: Invalid server name
  }
}

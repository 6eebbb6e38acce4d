node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  tls {
    ca_file = "ca.pem" # ERROR: Invalid path
  }
}

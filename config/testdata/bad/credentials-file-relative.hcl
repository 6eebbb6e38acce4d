node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  credentials_file = "homer.cqlshrc" # ERROR: Invalid path
}

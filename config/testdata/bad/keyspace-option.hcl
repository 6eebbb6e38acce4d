node "cassandra" "homer" {
  keyspaces = ["--all"] # ERROR: Invalid keyspace name
  snapshot_path = "/var/backups/cwb/homer"
}

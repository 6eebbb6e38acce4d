node "cassandra" "homer" {
  keyspaces = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
  keyspace = ["x"] # ERROR: Unsupported argument
}

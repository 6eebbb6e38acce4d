node "cassandra" "homer" {
  keyspaces = ["hоmer"] # ERROR: Invalid keyspace name
  snapshot_path = "/var/backups/cwb/homer"
}

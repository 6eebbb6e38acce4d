node "cassandra" "homer" {
  keyspaces = ["kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"] # ERROR: Invalid keyspace name
  snapshot_path = "/var/backups/cwb/homer"
}

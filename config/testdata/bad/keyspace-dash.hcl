node "cassandra" "homer" {
  keyspaces = ["home-stead"] # ERROR: Invalid keyspace name
  snapshot_path = "/var/backups/cwb/homer"
}

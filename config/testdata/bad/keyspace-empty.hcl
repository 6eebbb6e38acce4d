node "cassandra" "homer" {
  keyspaces = [""] # ERROR: Empty value
  snapshot_path = "/var/backups/cwb/homer"
}

node "cassandra" "homer" {
  keyspaces = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
  nodetool = ["nodetool", ""] # ERROR: Empty value
}

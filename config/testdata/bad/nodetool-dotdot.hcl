node "cassandra" "homer" {
  keyspaces = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
  nodetool = ["/opt/../nodetool"] # ERROR: Invalid path
}

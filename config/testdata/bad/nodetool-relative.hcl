node "cassandra" "homer" {
  keyspaces = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
  nodetool = ["bin/nodetool"] # ERROR: Invalid command
}

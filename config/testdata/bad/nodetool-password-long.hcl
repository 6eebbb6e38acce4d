node "cassandra" "homer" {
  keyspaces = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
  nodetool = ["nodetool", "--password=hunter2"] # ERROR: Literal secret
}

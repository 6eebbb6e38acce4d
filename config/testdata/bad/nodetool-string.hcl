node "cassandra" "homer" {
  keyspaces = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
  nodetool = "nodetool -p 7199" # ERROR: Wrong type
}

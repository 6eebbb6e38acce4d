node "cassandra" "homer" {
  keyspaces = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
  nodetool = ["nodetool", "a\u0000"] # ERROR: Invisible character
}

node "cassandra" "homer" {
  keyspaces = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
  nodetool = ["nodetool", "-u", "ops", "-pw", "hunter2"] # ERROR: Literal secret
}

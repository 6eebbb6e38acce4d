node "cassandra" "homer" {
  keyspaces = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
  data_dirs = [] # ERROR: Empty list
}

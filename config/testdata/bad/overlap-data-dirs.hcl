node "cassandra" "homer" {
  keyspaces = ["homer"]
  snapshot_path = "/data/snap" # ERROR: Overlapping paths
  data_dirs = ["/data"]
}

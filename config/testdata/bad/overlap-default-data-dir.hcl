node "cassandra" "homer" {
  keyspaces = ["homer"]
  snapshot_path = "/var/lib/cassandra" # ERROR: Overlapping paths
}

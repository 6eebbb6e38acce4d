node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  credentials_file = 7 # ERROR: Wrong type
}

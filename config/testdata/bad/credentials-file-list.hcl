node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  credentials_file = ["/etc/cwb/a"] # ERROR: Wrong type
}

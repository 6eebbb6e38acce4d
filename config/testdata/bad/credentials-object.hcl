node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  credentials = { file = "/etc/cwb/a" } # ERROR: Unsupported argument
}

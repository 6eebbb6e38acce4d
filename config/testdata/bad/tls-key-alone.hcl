node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  tls {
    key_file = "/etc/cwb/cwb.key" # ERROR: Missing required argument
  }
}

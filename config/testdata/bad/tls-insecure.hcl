node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  tls {
    insecure = true # ERROR: Unsupported argument
  }
}

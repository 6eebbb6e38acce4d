node "cassandra" "homer" {
  keyspaces = ["homer", "system", "system_auth", "SYSTEM_SCHEMA"] # ERROR: System keyspace # ERROR: System keyspace
  snapshot_path = "/var/backups/cwb/homer"
}

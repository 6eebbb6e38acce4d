node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["Information_Schema", "performance_schema", "sys"] # ERROR: System database # ERROR: System database # ERROR: System database
  snapshot_path = "/var/backups/cwb/second"
}

node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second", "mysql"] # ERROR: System database
  snapshot_path = "/var/backups/cwb/second"
}

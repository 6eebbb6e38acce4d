node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second" # ERROR: Overlapping paths
  # ERROR@9: Overlapping paths
  legacy_paths = ["/var/backups"]
}

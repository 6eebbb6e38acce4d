node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  legacy_paths = ["/srv/a", "/srv/a/b"] # ERROR: Overlapping paths
}

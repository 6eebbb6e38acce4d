node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["a\nb"] # ERROR: Invisible character
  snapshot_path = "/var/backups/cwb/second"
}

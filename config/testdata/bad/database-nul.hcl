node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["a\u0000b"] # ERROR: Invisible character
  snapshot_path = "/var/backups/cwb/second"
}

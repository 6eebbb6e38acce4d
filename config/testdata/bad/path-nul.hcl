node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/a\u0000b" # ERROR: Invisible character
}

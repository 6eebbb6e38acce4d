node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/a\u001bb" # ERROR: Invisible character
}

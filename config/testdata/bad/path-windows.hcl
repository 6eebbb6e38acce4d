node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "C:\\x" # ERROR: Invalid path
}

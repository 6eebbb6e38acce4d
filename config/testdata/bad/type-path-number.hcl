node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = 4 # ERROR: Wrong type
}

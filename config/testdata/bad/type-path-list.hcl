node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = ["/a"] # ERROR: Wrong type
}

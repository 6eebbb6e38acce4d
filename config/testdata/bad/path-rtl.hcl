node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/\u202egnp" # ERROR: Invisible character
}

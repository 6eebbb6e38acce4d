node "mysql" "second" {
  socket = "/run/second.sock"
  databases = [node.mysql.ellis] # ERROR: Reference not allowed here
  snapshot_path = "/var/backups/cwb/second"
}

node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  defaults_file = "../x.cnf" # ERROR: Invalid path
}

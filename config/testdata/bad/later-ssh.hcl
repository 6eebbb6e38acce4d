node "mysql" "second" {
  socket = "/run/second.sock"
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  ssh = "ops@ellis-1.example.com" # ERROR: Not supported yet
}

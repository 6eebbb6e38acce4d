node "mysql" "second" {
  socket = "/var/run/mysqld/mysqld.sock"
  databases = ["other", "ellis"] # ERROR: Content in two nodes
  snapshot_path = "/var/backups/cwb/second"
}

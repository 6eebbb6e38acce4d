cwb {
  deployment = "site1"
}

node "mysql" "ellis" {
  socket        = "/var/run/mysqld/mysqld.sock"
  databases     = ["ellis"]
  snapshot_path = "/var/backups/cwb/ellis"
}

retention "nightly" {
  keep_last = 1
}

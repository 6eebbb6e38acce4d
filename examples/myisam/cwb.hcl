# An old Ellis whose tables are MyISAM: no snapshot covers them, so they are locked while
# they are read.

cwb {
  deployment = "old-site"
  timezone   = "UTC"
}

node "mysql" "ellis" {
  socket        = "/run/mysqld/mysqld.sock"
  defaults_file = "/etc/cwb/ellis.cnf"
  databases     = ["ellis"]
  snapshot_path = "/var/backups/cwb/ellis"
  lock          = "tables" # without it such tables are refused
  lock_wait     = "10s"    # how long a statement of others may wait for us
}

retention "nightly" {
  keep_last = 4
}

backup "lines" {
  nodes     = [node.mysql.ellis]
  schedule  = "30 3 * * *"
  retention = retention.nightly
}

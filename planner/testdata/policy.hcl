# The policy of every scenario that brings none of its own.
cwb {
  deployment = "site1"
  timezone   = "Europe/London"
}

node "mysql" "ellis" {
  socket        = "/var/run/mysqld/mysqld.sock"
  databases     = ["ellis"]
  snapshot_path = "/var/backups/cwb/ellis"
}

node "cassandra" "homer" {
  keyspaces     = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
}

retention "nightly" {
  keep_last = 4
}

backup "subscribers" {
  nodes     = [node.mysql.ellis, node.cassandra.homer]
  schedule  = "0 0 * * *"
  retention = retention.nightly
}

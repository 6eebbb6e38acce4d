# Every file of bad/ is loaded together with this one, unless it says ALONE.
cwb {
  deployment = "site1"
}

node "mysql" "ellis" {
  socket        = "/var/run/mysqld/mysqld.sock"
  databases     = ["ellis"]
  snapshot_path = "/var/backups/cwb/ellis"
}

retention "nightly" {
  keep_last = 4
}

backup "subscribers" {
  nodes     = [node.mysql.ellis]
  retention = retention.nightly
}

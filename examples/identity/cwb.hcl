# A policy that is run on another machine than the one whose backups lie there.

cwb {
  deployment = "site1"
  timezone   = "UTC"
}

node "mysql" "ellis" {
  socket        = "/run/mysqld/mysqld.sock"
  defaults_file = "/etc/cwb/ellis.cnf"
  databases     = ["ellis"]
  snapshot_path = "/mnt/shared/cwb/ellis"
}

retention "nightly" {
  keep_last = 4
}

backup "lines" {
  nodes     = [node.mysql.ellis]
  schedule  = "0 10 * * *"
  retention = retention.nightly
}

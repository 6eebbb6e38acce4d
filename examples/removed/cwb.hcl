# A policy from which backup blocks were taken out. Their backups stay.

cwb {
  deployment = "site1"
  timezone   = "UTC"
}

node "mysql" "ellis" {
  socket        = "/run/mysqld/mysqld.sock"
  defaults_file = "/etc/cwb/ellis.cnf"
  databases     = ["ellis"]
  snapshot_path = "/var/backups/cwb/ellis"
}

retention "nightly" {
  keep_last = 4
}

backup "lines" {
  nodes     = [node.mysql.ellis]
  schedule  = "0 0 * * *"
  retention = retention.nightly
}

removed {
  backup = "before_upgrade"
  forget = true
}

# An Ellis on its own, started by cron, with the old scripts' backups listed beside cwb's.

cwb {
  deployment = "lab"
  timezone   = "UTC"
  scheduler  = "cron"
}

node "mysql" "ellis" {
  address       = "127.0.0.1:3306"
  defaults_file = "/etc/cwb/ellis.cnf"
  databases     = ["ellis"]
  snapshot_path = "/var/backups/cwb/ellis"
  legacy_paths  = ["/usr/share/clearwater/ellis/backup/backups"]
}

retention "nightly" {
  keep_last = 4
}

backup "lines" {
  nodes     = [node.mysql.ellis]
  schedule  = "0 0 * * *"
  retention = retention.nightly
}

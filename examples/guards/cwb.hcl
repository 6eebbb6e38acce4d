# What keeps a mistake from costing backups: guards, with their numbers written out.

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

node "cassandra" "homer" {
  keyspaces     = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
}

retention "lowered" {
  keep_last  = 4     # was 8 until today
  min_good   = 3     # no rule goes below this many good backups
  max_remove = "25%" # a plan that removes more of the sets holds back its removals
  max_shrink = "50%" # a set this much smaller than the largest kept one holds them back too
}

backup "lines" {
  nodes     = [node.mysql.ellis]
  schedule  = "0 0 * * *"
  retention = retention.lowered
}

backup "simservs" {
  nodes     = [node.cassandra.homer]
  schedule  = "0 1 * * *"
  retention = retention.lowered
}

cwb {
  deployment = "site1"
  timezone   = "Europe/Londn"
}

node "mysql" "ellis" {
	socket        = "/var/run/mysqld/mysqld.sock"
	databases     = ["ellis", "mysql"]
	snapshot_path = "/var/backups/../cwb"
	password      = "hunter2"
}

node "cassandra" "hоmer" {
  keyspaces     = ["homer"]
  nodetool      = ["nodetool -p 7199"]
  snapshot_path = "/var/lib/cassandra/data/backups"
}

node "mysql" "ellis" {
}

retention "nightly" {
  keep_lsat = 4
  min_good  = -1
}

backup "日本" {
  nodes     = ["node.mysql.ellis", node.mysql.elis]
  schedule  = "0 24 * * *"
  retention = retention.nigthly

  copy {
  }
}

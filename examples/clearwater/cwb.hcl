# An all-in-one Clearwater machine: Ellis, Homer and Homestead, every midnight, the last
# four kept.

cwb {
  required_version = ">= 0.1"
  deployment       = "site1"
  timezone         = "Europe/London"
  scheduler        = "systemd"
}

locals {
  store = "/var/backups/cwb"
}

node "mysql" "ellis" {
  socket        = "/run/mysqld/mysqld.sock"
  defaults_file = "/etc/cwb/ellis.cnf"
  databases     = ["ellis"]
  snapshot_path = "${local.store}/ellis"
  legacy_paths  = ["/usr/share/clearwater/ellis/backup/backups"]
}

node "cassandra" "homer" {
  address       = "127.0.0.1:9042"
  nodetool      = ["nodetool", "-p", "7199"]
  data_dirs     = ["/var/lib/cassandra-homer/data"]
  keyspaces     = ["homer"]
  snapshot_path = "${local.store}/homer"
}

node "cassandra" "homestead" {
  address       = "127.0.0.2:9042"
  nodetool      = ["nodetool", "-p", "7299"]
  data_dirs     = ["/var/lib/cassandra-homestead/data"]
  keyspaces     = ["homestead"]
  snapshot_path = "${local.store}/homestead"
  min_free      = "20GiB"
}

retention "nightly" {
  keep_last = 4
}

backup "subscribers" {
  nodes     = [node.mysql.ellis, node.cassandra.homer, node.cassandra.homestead]
  schedule  = "0 0 * * *"
  retention = retention.nightly
}

cwb {
  required_version = ">= 0.1"
  deployment       = "site1"
  timezone         = "Europe/London" # schedules and calendar buckets
  scheduler        = "systemd"
}

node "mysql" "ellis" {
  socket        = "/var/run/mysqld/mysqld.sock"
  defaults_file = "/etc/cwb/ellis.cnf" # user and password; secrets never stand in a policy
  databases     = ["ellis"]
  snapshot_path = "/var/backups/cwb/ellis"
  legacy_paths  = ["/usr/share/clearwater/ellis/backup/backups"] # only read
}

node "cassandra" "homer" {
  keyspaces     = ["homer"]
  snapshot_path = "/var/backups/cwb/homer"
}

node "cassandra" "homestead" {
  address       = "127.0.0.1:9042"
  nodetool      = ["nodetool", "-p", "7199"]
  data_dirs     = ["/var/lib/cassandra/data"]
  keyspaces     = ["homestead_provisioning", "homestead_cache"]
  snapshot_path = "/var/backups/cwb/homestead"
  min_free      = "20GiB"

  credentials_file = "/etc/cwb/homestead.cqlshrc"
  tls {
    ca_file     = "/etc/cwb/cassandra-ca.pem"
    cert_file   = "/etc/cwb/cwb.pem"
    key_file    = "/etc/cwb/cwb.key"
    server_name = "homestead-1.example.com"
  }
}

retention "nightly" {
  keep_last = 4
}

backup "subscribers" {
  nodes     = [node.mysql.ellis, node.cassandra.homer, node.cassandra.homestead]
  schedule  = "0 0 * * *"
  retention = retention.nightly
}

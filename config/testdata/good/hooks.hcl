variable "group" {
  type    = string
  default = "ellis"
}

cwb {
  deployment = "site1"
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
  retention = retention.nightly
}

hook "stop-ellis" {
  on         = ["restore"]
  nodes      = [node.mysql.ellis]
  before     = ["monit", "stop", "-g", var.group]
  after      = ["monit", "start", "-g", var.group]
  on_failure = ["/usr/local/bin/page", "a restore of $(ellis) failed; see 'cwb log'"]
  timeout    = "5m"
}

hook "announce" {
  on    = ["restore"]
  after = ["/usr/local/bin/announce"]
}

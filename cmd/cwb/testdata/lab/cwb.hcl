# The policy of the scripts: its paths are those of each, see setup in script_test.go.

cwb {
  deployment = "lab"
  timezone   = "UTC"
}

locals {
  work = "/replaced/by/setup"
}

variable "keep" {
  type    = number
  default = 4
}

node "mysql" "ellis" {
  socket        = "${local.work}/mysqld.sock"
  defaults_file = "${local.work}/ellis.cnf"
  databases     = ["ellis"]
  snapshot_path = "${local.work}/store/ellis"
}

retention "nightly" {
  keep_last = var.keep
}

backup "lines" {
  nodes     = [node.mysql.ellis]
  schedule  = "0 0 * * *"
  retention = retention.nightly
}

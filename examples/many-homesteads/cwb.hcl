# Three Homesteads on one machine, with what they share written once.

cwb {
  deployment = "lab"
  timezone   = "UTC"
}

variable "keep" {
  type        = number
  default     = 4
  description = "how many sets stay"
}

locals {
  store = "/var/backups/cwb"
  data  = "/var/lib/cassandra"
  port  = 9042
}

node "cassandra" "homestead-1" {
  address       = "127.0.0.1:${local.port}"
  nodetool      = ["nodetool", "-p", "7199"]
  data_dirs     = ["${local.data}/1/data"]
  keyspaces     = ["homestead"]
  snapshot_path = "${local.store}/homestead-1"
}

node "cassandra" "homestead-2" {
  address       = "127.0.0.2:${local.port}"
  nodetool      = ["nodetool", "-p", "7299"]
  data_dirs     = ["${local.data}/2/data"]
  keyspaces     = ["homestead"]
  snapshot_path = "${local.store}/homestead-2"
}

node "cassandra" "homestead-3" {
  address       = "127.0.0.3:${local.port}"
  nodetool      = ["nodetool", "-p", "7399"]
  data_dirs     = ["${local.data}/3/data"]
  keyspaces     = ["homestead"]
  snapshot_path = "${local.store}/homestead-3"
}

retention "nightly" {
  keep_last = var.keep
}

backup "homesteads" {
  nodes      = [node.cassandra.homestead-1, node.cassandra.homestead-2, node.cassandra.homestead-3]
  schedule   = "15 2 * * *"
  retention  = retention.nightly
  on_failure = "continue"
}

# One Vellum node whose backups are thinned out over a year, and are never fewer than three.

cwb {
  deployment = "site1"
  timezone   = "UTC"
}

variable "store" {
  type        = string
  default     = "/var/backups/cwb"
  description = "directory that holds the snapshot_path of every node"
}

node "cassandra" "vellum" {
  keyspaces     = ["homestead_provisioning", "homestead_cache", "homer", "memento"]
  snapshot_path = "${var.store}/vellum"
}

retention "year" {
  keep_last    = 7
  keep_weekly  = 5
  keep_monthly = 12
  min_good     = 3
  max_remove   = "25%"
  max_shrink   = "40%"
}

backup "vellum" {
  nodes      = [node.cassandra.vellum]
  schedule   = "30 2 * * *"
  retention  = retention.year
  on_failure = "abort"
}

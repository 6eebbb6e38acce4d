cwb {
  deployment = var.site
  timezone   = "Australia/Lord_Howe"
  scheduler  = "cron"
}

variable "site" {
  default     = "lab"
  description = "part of every path on a target"
}

variable "databases" {
  type    = list(string)
  default = ["ellis"]
}

variable "weeks" {
  type    = number
  default = 5
}

variable "abort" {
  type    = bool
  default = false
}

locals {
  root   = "/var/backups/${local.sites.here}"
  sites  = { here = lower("CWB"), "there" = "elsewhere" }
  extra  = concat(var.databases, [upper("extra")])
  mode   = var.abort && true ? "abort" : "continue"
  legacy = <<-EOT
    /usr/share/clearwater/ellis/backup/backups
  EOT
}

node "mysql" "ellis" {
  formerly      = ["ellis-old"]
  address       = "[2001:db8::1]:3306"
  databases     = local.extra
  snapshot_path = "${local.root}/ellis"
  legacy_paths  = [trimspace(local.legacy)]
  min_free      = "500MB"
  lock          = "tables"
  lock_wait     = "30s"
  max_rate      = "20MiB"
}

node "mysql" "other" {
  address       = "db-2.example.com:3306"
  databases     = ["ellis", "naïve name", "it's `odd`"]
  snapshot_path = join("/", [local.root, "other"])
}

retention "year" {
  keep_last     = 7
  keep_hourly   = 24
  keep_daily    = 14
  keep_weekly   = var.weeks
  keep_monthly  = 12
  keep_yearly   = 3
  keep_within   = "4w"
  min_good      = 3
  max_remove    = "0%"
  max_shrink    = "100%"
  hold_uncopied = 20
}

backup "lines" {
  nodes           = [node.mysql.other, node.mysql["ellis"]]
  schedule        = "30 2 * * mon-fri"
  retention       = retention.year
  on_failure      = local.mode
  prepare_timeout = "90s"
  capture_timeout = "1h"
}

removed {
  backup = "old-lines"
  forget = true
}

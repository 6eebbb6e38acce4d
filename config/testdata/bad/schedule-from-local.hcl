locals {
  when = "midnight"
}
backup "weekly" {
  nodes     = [node.mysql.ellis]
  retention = retention.nightly
  schedule  = local.when # ERROR: Invalid schedule
}

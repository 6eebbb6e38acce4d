backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = retention.nightly
  schedule = "daily" # ERROR: Invalid schedule
}

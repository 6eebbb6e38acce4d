backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = retention.nightly
  schedule = "0 0 * *" # ERROR: Invalid schedule
}

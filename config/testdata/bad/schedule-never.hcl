backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = retention.nightly
  schedule = "0 0 31 2 *" # ERROR: Invalid schedule
}

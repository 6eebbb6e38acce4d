backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = retention.nightly
  schedule = "60 0 * * *" # ERROR: Invalid schedule
}

backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = retention.nightly
  schedule = "* * * * *" # ERROR: Invalid schedule
}

backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = retention.nightly
  on_failure = "ignore" # ERROR: Unknown value
}

backup "weekly" {
  nodes = [node.mysql.ellis.host] # ERROR: Invalid reference
  retention = retention.nightly
}

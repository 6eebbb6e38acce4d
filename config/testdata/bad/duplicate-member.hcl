backup "weekly" {
  nodes = [node.mysql.ellis, node.mysql.ellis] # ERROR: Duplicate element
  retention = retention.nightly
}

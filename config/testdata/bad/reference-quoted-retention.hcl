backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = "retention.nightly" # ERROR: Reference in quotes
}

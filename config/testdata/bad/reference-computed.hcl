backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = true ? retention.nightly : retention.nightly # ERROR: Invalid reference
}

backup "weekly" {
  nodes = node.mysql.ellis # ERROR: Wrong type
  retention = retention.nightly
}

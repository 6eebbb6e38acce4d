backup "weekly" {
  nodes = ["node.mysql.ellis"] # ERROR: Reference in quotes
  retention = retention.nightly
}

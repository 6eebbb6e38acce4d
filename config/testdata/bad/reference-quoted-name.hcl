backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = "nightly" # ERROR: Reference in quotes
}

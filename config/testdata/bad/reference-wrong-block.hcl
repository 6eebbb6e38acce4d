backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = node.mysql.ellis # ERROR: Invalid reference
}

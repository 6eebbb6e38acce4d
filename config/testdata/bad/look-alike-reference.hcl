backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = retention.nіghtly # ERROR: Reference to undeclared name
}

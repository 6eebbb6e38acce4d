backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = retention.nigthly # ERROR: Reference to undeclared name
}

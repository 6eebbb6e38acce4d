backup "weekly" {
  nodes = [node.mysql.elis] # ERROR: Reference to undeclared name
  retention = retention.nightly
}

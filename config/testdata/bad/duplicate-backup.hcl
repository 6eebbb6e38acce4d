backup "subscribers" { # ERROR: Duplicate backup
  nodes     = [node.mysql.ellis]
  retention = retention.nightly
}

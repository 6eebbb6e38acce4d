backup "weekly" {
  nodes     = [node.mysql.ellis]
  retention = retention.nightly
  copies { # ERROR: Unsupported block type
    to = "x"
  }
}

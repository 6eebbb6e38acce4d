backup "weekly" { # ERROR: Missing required argument
  nodes = [node.mysql.ellis]
  retention { # ERROR: Unsupported block type
  }
}

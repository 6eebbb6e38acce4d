retention "one" { # WARNING: Floor above the rules
  keep_last = 1
}
backup "weekly" {
  nodes     = [node.mysql.ellis]
  retention = retention.one
}

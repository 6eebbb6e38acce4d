backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = retention.nightly
  scheduel = "0 0 * * *" # ERROR: Unsupported argument
}

backup "weekly" {
  nodes = [node.mysql[*]] # ERROR: Invalid reference
  retention = retention.nightly
}

backup "weekly" {
  nodes = [node.ellis] # ERROR: Invalid reference
  retention = retention.nightly
}

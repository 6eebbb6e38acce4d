backup "weekly" {
  nodes = [4] # ERROR: Invalid reference
  retention = retention.nightly
}

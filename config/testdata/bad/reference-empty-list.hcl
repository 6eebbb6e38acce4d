backup "weekly" {
  nodes = [] # ERROR: Empty list
  retention = retention.nightly
}

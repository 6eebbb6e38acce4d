backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = retention.nightly
  prepare_timeout = "2d" # ERROR: Duration out of range
  capture_timeout = "soon" # ERROR: Invalid duration
}

backup "weekly" {
  nodes     = [node.mysql.ellis]
  retention = retention.nightly
  copy { # ERROR: Not supported yet
    target = target.s3.offsite
  }
}

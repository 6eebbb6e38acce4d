backup "weekly" {
  nodes = [node.mysql.ellis]
  retention = retention.nightly
  schedule = "0 0 * * *\n* * * * * root reboot" # ERROR: Invisible character
}

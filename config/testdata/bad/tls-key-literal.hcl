node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  tls {
    cert_file = "/etc/cwb/cwb.pem"
    key_file = "-----BEGIN PRIVATE KEY-----" # ERROR: Invalid path
  }
}

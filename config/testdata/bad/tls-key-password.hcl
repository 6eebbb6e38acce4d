node "cassandra" "second" {
  keyspaces = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  tls {
    cert_file = "/etc/cwb/cwb.pem"
    key_file = "/etc/cwb/cwb.key"
    key_password = "hunter2" # ERROR: Literal secret
  }
}

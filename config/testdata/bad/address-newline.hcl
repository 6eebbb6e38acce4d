node "mysql" "second" {
  databases = ["second"]
  snapshot_path = "/var/backups/cwb/second"
  address = "db\n:3306" # ERROR: Invisible character
}

node "mysql" "second" {
  address       = "mysql://root:hunter2@db:3306" # ERROR: Literal secret # ERROR: Invalid address
  databases     = ["second"]
  snapshot_path = "/var/backups/cwb/second"
}

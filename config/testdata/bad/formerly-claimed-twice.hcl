node "mysql" "one" {
  formerly      = ["old"]
  socket        = "/run/one.sock"
  databases     = ["one"]
  snapshot_path = "/var/backups/cwb/one"
}
node "mysql" "two" { # ERROR: Former name in use
  formerly      = ["old"]
  socket        = "/run/two.sock"
  databases     = ["two"]
  snapshot_path = "/var/backups/cwb/two"
}

node "cassandra" "one" {
  address       = "localhost:9042"
  keyspaces     = ["homer"]
  snapshot_path = "/var/backups/cwb/one"
}
node "cassandra" "two" {
  address       = "127.0.0.1:9042"
  keyspaces     = ["homestead", "homer"] # ERROR: Content in two nodes
  snapshot_path = "/var/backups/cwb/two"
}

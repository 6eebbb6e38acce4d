locals {
  option = join("", ["-", "pw"])
}
node "cassandra" "homer" {
  keyspaces     = ["homer"]
  nodetool      = ["nodetool", local.option, "x"] # ERROR: Literal secret
  snapshot_path = "/var/backups/cwb/homer"
}

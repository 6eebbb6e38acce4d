cwb {
  deployment = "site1"
}

# Of Cassandra's own keyspaces those that a ring shares can be backed up, by name.
node "cassandra" "homer" {
  keyspaces     = ["homer", "system_auth", "system_distributed", "system_traces"]
  snapshot_path = "/var/backups/cwb/homer"
}

retention "nightly" {
  keep_last = 4
}

backup "subscribers" {
  nodes     = [node.cassandra.homer]
  schedule  = "0 0 * * *"
  retention = retention.nightly
}

retention { # ERROR: Missing name for retention
  keep_last = 4
}
node "mysql" { # ERROR: Missing name for node
}

node "mysԛl" "x" { # ERROR: Unknown kind of node
}

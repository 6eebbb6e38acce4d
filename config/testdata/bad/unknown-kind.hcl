node "postgres" "x" { # ERROR: Unknown kind of node
}
node "mysqll" "y" { # ERROR: Unknown kind of node
}

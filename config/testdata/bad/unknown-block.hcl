databse "x" { # ERROR: Unsupported block type
}

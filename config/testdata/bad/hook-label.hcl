hook "Stop Ellis" { # ERROR: Invalid name
  on     = ["restore"]
  before = ["monit"]
}

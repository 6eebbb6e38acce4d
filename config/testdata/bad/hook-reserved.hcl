hook "latest" { # ERROR: Invalid name
  on     = ["restore"]
  before = ["monit"]
}

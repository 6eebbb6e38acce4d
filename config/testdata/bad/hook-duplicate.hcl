hook "stop" {
  on     = ["restore"]
  before = ["monit"]
}
hook "stop" { # ERROR: Duplicate hook
  on     = ["restore"]
  before = ["monit"]
}

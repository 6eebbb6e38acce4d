hook "stop" {
  on     = ["restore", "restore"] # ERROR: Duplicate element
  before = ["monit"]
}

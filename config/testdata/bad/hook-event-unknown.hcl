hook "stop" {
  on     = ["restore", "take"] # ERROR: Unknown value
  before = ["monit"]
}

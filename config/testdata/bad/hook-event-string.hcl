hook "stop" {
  on     = "restore" # ERROR: Wrong type
  before = ["monit"]
}

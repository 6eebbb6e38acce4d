hook "stop" {
  on = ["restore"]
  before = ["monit stop"] # ERROR: Invalid command
}

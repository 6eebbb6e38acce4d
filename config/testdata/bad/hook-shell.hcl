hook "stop" {
  on = ["restore"]
  before = ["stop; reboot"] # ERROR: Invalid command
}

hook "stop" {
  on = ["restore"]
  on_failure = ["bin/stop"] # ERROR: Invalid command
}

hook "stop" {
  on = ["restore"]
  on_failure = ["-c", "reboot"] # ERROR: Invalid command
}

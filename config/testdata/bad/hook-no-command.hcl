hook "stop" { # ERROR: Hook without a command
  on = ["restore"]
}

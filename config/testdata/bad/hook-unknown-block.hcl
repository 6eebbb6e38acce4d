hook "stop" {
  on     = ["restore"]
  before = ["monit", "stop"]
  retry { # ERROR: Unsupported block type
  }
}

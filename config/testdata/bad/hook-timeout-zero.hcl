hook "stop" {
  on     = ["restore"]
  before = ["monit", "stop"]
  timeout = "0s" # ERROR: Duration out of range
}

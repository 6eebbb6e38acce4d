hook "stop" {
  on     = ["restore"]
  before = ["monit", "stop"]
  timeout = "2h" # ERROR: Duration out of range
}

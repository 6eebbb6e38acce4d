hook "stop" {
  on     = ["restore"]
  before = ["monit", "stop"]
  timeout = 60 # ERROR: Wrong type
}

hook "stop" {
  on     = ["restore"]
  before = ["monit", "stop"]
  password = "hunter2" # ERROR: Literal secret
}

hook "stop" {
  on     = ["restore"]
  before = ["monit", "stop"]
  nodes = [] # ERROR: Empty list
}

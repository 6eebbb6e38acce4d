hook "stop" {
  on = ["restore"]
  after = [] # ERROR: Empty list
}

hook "stop" {
  on = ["restore"]
  before = null # ERROR: Wrong type
}

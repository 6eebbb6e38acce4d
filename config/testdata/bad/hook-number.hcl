hook "stop" {
  on = ["restore"]
  before = [7] # ERROR: Wrong type
}

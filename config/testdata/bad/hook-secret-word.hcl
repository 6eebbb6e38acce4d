hook "stop" {
  on = ["restore"]
  before = ["stop", "--password=hunter2"] # ERROR: Literal secret
}

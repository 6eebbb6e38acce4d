hook "stop" {
  on     = ["restore"]
  before = ["monit", "stop"]
  befor  = ["x"] # ERROR: Unsupported argument
}

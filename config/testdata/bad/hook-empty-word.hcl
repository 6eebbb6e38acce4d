hook "stop" {
  on = ["restore"]
  after = ["monit", ""] # ERROR: Empty value
}

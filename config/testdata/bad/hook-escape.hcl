hook "stop" {
  on = ["restore"]
  after = ["monit", "a\u001bb"] # ERROR: Invisible character
}

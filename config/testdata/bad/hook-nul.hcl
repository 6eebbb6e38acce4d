hook "stop" {
  on = ["restore"]
  after = ["monit", "a\u0000b"] # ERROR: Invisible character
}

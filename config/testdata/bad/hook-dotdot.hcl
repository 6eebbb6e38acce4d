hook "stop" {
  on = ["restore"]
  on_failure = ["/opt/../stop"] # ERROR: Invalid path
}

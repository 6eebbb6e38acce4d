hook "stop" {
  on = ["restore"]
  before = "monit stop -g ellis" # ERROR: Wrong type
}

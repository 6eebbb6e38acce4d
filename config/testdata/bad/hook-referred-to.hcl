locals {
  x = hook.stop # ERROR: Unknown reference
}
hook "stop" {
  on     = ["restore"]
  before = ["monit"]
}

hook { # ERROR: Missing name for hook
  on     = ["restore"]
  before = ["monit"]
}

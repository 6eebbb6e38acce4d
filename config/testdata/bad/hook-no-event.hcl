hook "stop" { # ERROR: Missing required argument
  before = ["monit"]
}

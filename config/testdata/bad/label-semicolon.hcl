retention "a;reboot" { # ERROR: Invalid name
  keep_last = 4
}

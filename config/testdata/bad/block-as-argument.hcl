retention = { # ERROR: Unsupported argument
  keep_last = 4
}

removed {
  backup = "old"
  forget = true
}
removed { # ERROR: Duplicate removed block
  backup = "old"
  forget = true
}

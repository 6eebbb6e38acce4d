removed {
  backup = "old"
  forget = "true" # ERROR: Wrong type
}

removed {
  backup = "old"
  forget = false # ERROR: Unknown value
}

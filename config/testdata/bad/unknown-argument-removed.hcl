removed {
  backup  = "old"
  forget  = true
  destroy = true # ERROR: Unsupported argument
}

removed {
  backup = "subscribers" # ERROR: Removed backup still present
  forget = true
}

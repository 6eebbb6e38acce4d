removed {
  backup = "Old one" # ERROR: Invalid name
  forget = true
}

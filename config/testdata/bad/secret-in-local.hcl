locals {
  db_password = "hunter2" # ERROR: Literal secret
}

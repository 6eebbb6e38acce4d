target "s3" "x" { # ERROR: Not supported yet
  access_key = "hunter2" # ERROR: Literal secret
}

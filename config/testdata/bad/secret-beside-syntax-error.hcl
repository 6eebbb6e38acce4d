node "mysql" "second" {
  password = "hunter2" # ERROR: Literal secret
  databases = ["a" "b"] # ERROR: Missing item separator
}

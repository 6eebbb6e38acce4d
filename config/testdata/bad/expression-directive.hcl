locals {
  a = "%{if true}x%{endif}" # ERROR: Expression not supported # ERROR: Expression not supported
}

locals {
  a = vars.b # ERROR: Unknown reference
  c = "${foo.bar}" # ERROR: Unknown reference
}

locals {
  a = retention.nightly # ERROR: Reference not allowed here
}

locals {
  a = concat([["a"], ["b"]]...) # ERROR: Expression not supported
}

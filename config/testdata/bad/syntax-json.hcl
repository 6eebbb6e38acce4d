{ # ERROR: JSON syntax not supported
  "cwb": {}
}

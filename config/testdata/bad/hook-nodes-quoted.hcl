hook "stop" {
  on     = ["restore"]
  before = ["monit", "stop"]
  nodes = ["node.mysql.ellis"] # ERROR: Reference in quotes
}

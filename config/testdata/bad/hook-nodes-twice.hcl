hook "stop" {
  on     = ["restore"]
  before = ["monit", "stop"]
  nodes = [node.mysql.ellis, node.mysql.ellis] # ERROR: Duplicate element
}

hook "stop" {
  on     = ["restore"]
  before = ["monit", "stop"]
  nodes = [node.mysql.elis] # ERROR: Reference to undeclared name
}

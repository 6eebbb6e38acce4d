# ERROR@4: Literal secret
locals {
  # the next line holds it
  password = <<EOT
hunter2
EOT
}

# ERROR@3: Unclosed heredoc
locals {
  a = <<EOT
text without an end
}

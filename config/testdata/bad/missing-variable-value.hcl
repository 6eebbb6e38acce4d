variable "root" { # ERROR: Missing variable value
}

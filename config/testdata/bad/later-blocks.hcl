target "s3" "offsite" { # ERROR: Not supported yet
  bucket = "x"
}
sync "lines" { # ERROR: Not supported yet
}
window "night" { # ERROR: Not supported yet
}
notify "mail" { # ERROR: Not supported yet
}

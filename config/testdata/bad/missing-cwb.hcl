# ALONE
# ERROR@0: Missing cwb block
retention "nightly" {
  keep_last = 4
}

# ERROR@3: Literal secret
# ERROR@3: Unclosed quote
  password = "hunter2

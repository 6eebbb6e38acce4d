deployment = "x" # ERROR: Unsupported argument

cwb: # ERROR: Argument or block definition required

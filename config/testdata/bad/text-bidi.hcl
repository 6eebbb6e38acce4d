# ‮ hidden # ERROR: Invisible character

"""Clean: one module for each kind of problem, `clean` for all of them in their order."""

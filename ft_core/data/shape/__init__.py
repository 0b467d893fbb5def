"""Shape: what a table is, and its rows as examples."""

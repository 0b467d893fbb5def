"""Read files: one module for each kind, `files` for all of them."""

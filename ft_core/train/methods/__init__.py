"""What of a model learns: one file per method, `adapt.py` picks it."""

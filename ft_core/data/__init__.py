"""Data: from a person's file to a checked, split, stored dataset version. Torch-free."""

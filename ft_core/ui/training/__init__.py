"""The Training tab, one step a file."""

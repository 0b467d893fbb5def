"""The values that everything passes around: typed, frozen, unknown keys refused. One noun per file."""

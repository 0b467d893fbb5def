"""The Training tab, one file per step: settings, watch with its advice, runs, comparison, studies."""

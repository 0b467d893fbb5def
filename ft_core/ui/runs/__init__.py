"""The Runs tab, one file per step: all runs and the queue, comparison, sweeps, how much data."""

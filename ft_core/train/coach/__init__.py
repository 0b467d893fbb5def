"""The coach: rules over a run's curves that say what went wrong, by which numbers, and with which settings to try again. Without torch."""

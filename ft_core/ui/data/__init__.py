"""The Data tab: one file for each of its steps. What it does are commands of `python -m ft_core`, run beside the page."""

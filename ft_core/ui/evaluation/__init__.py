"""The Evaluation tab, a file for each step."""

"""Scores of the base model, the base model with examples in its prompt, and the tuned model, compared with intervals."""

"""Training: tokenised rows in a fixed order, the trainer, what it records, checkpoints that can be trusted."""

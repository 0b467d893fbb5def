"""Which answer is preferred: blind votes of people, verdicts of models, how far they agree, and the votes as pairs to train on."""

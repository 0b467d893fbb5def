"""What is wrong with an answer: one file per check, how often base and tuned fail it, and what the prompts of wrong answers share."""

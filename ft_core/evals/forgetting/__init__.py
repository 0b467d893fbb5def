"""What a training cost: is what the base model knew still there, and does the tuned model still answer in other ways than the training's."""

"""Fine-Tuning Studio: from a spreadsheet to a fine-tuned language model that is measured to be better."""

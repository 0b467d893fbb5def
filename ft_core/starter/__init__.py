"""The starter model: weights and tokenizer in `model/`, and the programs that made and measure them."""

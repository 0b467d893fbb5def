"""The Hugging Face Hub: who somebody is, what a model's card says, and how a run is shared."""

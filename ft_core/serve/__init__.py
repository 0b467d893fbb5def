"""Talking to a run's model: the engine that holds it, an OpenAI-compatible server around that, and the server's client."""

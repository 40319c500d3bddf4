"""Layers between the views and the engine: an answer cache in front of a batcher."""

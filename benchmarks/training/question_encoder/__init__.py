"""Trains a small encoder of questions for the space of the encoder of passages."""

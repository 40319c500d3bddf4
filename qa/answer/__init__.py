"""Ranked passages become an answer with a calibrated confidence, as JSON or on a terminal."""

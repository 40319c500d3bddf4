"""Trains and measures the shipped reader: ``python -m benchmarks.training.reader ../shared/data``."""

"""Trains and measures the shipped reader: ``python -m benchmarks.reader ../shared/data``."""

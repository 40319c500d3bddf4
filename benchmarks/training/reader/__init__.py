"""The shipped reader: its training data, training loop, conversion and measures."""

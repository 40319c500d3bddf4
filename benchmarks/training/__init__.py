"""How the reader is trained and the confidence is fitted."""

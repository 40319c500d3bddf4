"""One module for each peer, run in the peer's own environment; it imports the peer only when it builds or opens."""

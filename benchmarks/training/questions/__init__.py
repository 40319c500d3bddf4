"""Training and measuring the network of three layers that encodes questions."""

"""Bytes of a request into checked models."""

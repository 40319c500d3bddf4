"""Generations in a database, so that several machines serve the same ones."""

"""Retrievers for other frameworks: each module is imported by who uses its framework, and asks a server over HTTP."""

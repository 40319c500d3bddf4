"""Request bodies and query strings to validated models."""

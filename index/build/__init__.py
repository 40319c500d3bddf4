"""A folder of files becomes a published generation."""

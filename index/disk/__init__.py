"""Arrays and strings on disk, read on access."""

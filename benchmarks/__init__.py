"""Programs that measure; each prints a table, and writes the document that quotes it."""

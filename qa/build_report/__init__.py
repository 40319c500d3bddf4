"""The report of a build: what was read, what was not, and what can be found."""

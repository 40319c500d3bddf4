"""Asking every judged question, and the files that a run writes."""

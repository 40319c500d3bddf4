"""Removing politeness and small talk around a question, which says nothing about what is searched.

English only; in other languages nothing is removed, and the rare words decide as before.
"""

from index.languages import ENGLISH


def strip_politeness(question: str) -> str:
    """Return the question itself with its own mark; unchanged if nothing would be left of it."""
    start = ENGLISH.polite_opening.match(question)
    rest = question[start.end() if start else 0 :]
    end = ENGLISH.polite_ending.search(rest)
    # The mark of "Who directed it? Thanks!" belongs to the question and not to the thanks.
    kept = rest[: end.start()] + ("?" if "?" in end[0] else "") if end else rest
    return kept.strip() if any(map(str.isalnum, kept)) else question

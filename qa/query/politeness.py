"""What politeness wraps around a question, taken off: it says nothing about what is sought.

English alone; in other languages nothing is taken off and the rare words decide as before.
"""

from index.languages import ENGLISH


def bare(question: str) -> str:
    """The question itself, its own mark kept; unchanged where nothing would be left of it."""
    start = ENGLISH.polite_opening.match(question)
    rest = question[start.end() if start else 0 :]
    end = ENGLISH.polite_ending.search(rest)
    kept = rest[: end.start()] + ("?" if "?" in end[0] else "") if end else rest
    return kept.strip() if any(map(str.isalnum, kept)) else question

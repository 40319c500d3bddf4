"""Checks of filters that need the index: unknown documents, and patterns that would take too long to match."""

from collections.abc import Sequence

from index.generation.documents import RECENT_PATTERNS
from index.generation.id_patterns import WILDCARDS, count_scans
from qa.collection.catalog import Catalog
from qa.types import Request
from qa.web.errors.problems import Code, FieldError, ProblemError, format_value

# Matching takes up to 0.2 microseconds for each document and star, so that a request takes two seconds at most.
MAX_SCANNED_IDS = 10_000_000


def check_filters(catalog: Catalog, questions: Sequence[Request], fields: Sequence[str]) -> None:
    """Raise ProblemError if a filter names a document that is not indexed, or if all together cost too much.

    ``fields`` are the names by which the caller knows the filters.
    """
    filtered = [(question.documents, field) for question, field in zip(questions, fields, strict=True)]
    unknown = [
        FieldError(
            f"{field}[{position}]",
            f"{field}[{position}] names {format_value(entry)}, which is not indexed; GET /v1/documents lists what is",
            Code.UNKNOWN_DOCUMENT.word,
        )
        for patterns, field in filtered
        for position, entry in enumerate(patterns)
        # An entry with a wildcard is a pattern, and a pattern may match nothing.
        if WILDCARDS.isdisjoint(entry) and not catalog.match_documents(entry)
    ]
    if unknown:
        raise ProblemError.for_fields(unknown)
    _check_cost(catalog.document_count, filtered)


def _check_cost(documents: int, filtered: Sequence[tuple[Sequence[str], str]]) -> None:
    entries = [entry for patterns, _ in filtered for entry in patterns]
    # So few are matched once, however many questions have them.
    distinct = set(entries)
    scans = sum(map(count_scans, distinct if len(distinct) <= RECENT_PATTERNS else entries))
    if scans * documents > MAX_SCANNED_IDS:
        field = next(field for patterns, field in filtered if any(map(count_scans, patterns)))
        message = (
            f"{field} should match at most {MAX_SCANNED_IDS:,} ids, counted once for each pattern and each star inside "
            f"of one, over all questions of a request, not {scans * documents:,}; use fewer patterns or stars"
        )
        raise ProblemError.for_fields([FieldError(field, message, Code.OUT_OF_BOUNDS.word)])

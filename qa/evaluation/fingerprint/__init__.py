"""One fingerprint of what this program answers, and the stamps by which measured documents name it."""

from qa.evaluation.fingerprint.program import (
    compute_fingerprint,
    compute_outcome_fingerprint,
    compute_search_fingerprint,
    compute_work_fingerprint,
    is_stale,
    stamp_line,
    stamp_lines,
)

__all__ = [
    "compute_fingerprint",
    "compute_outcome_fingerprint",
    "compute_search_fingerprint",
    "compute_work_fingerprint",
    "is_stale",
    "stamp_line",
    "stamp_lines",
]

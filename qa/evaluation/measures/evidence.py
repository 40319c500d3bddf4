"""How well the marked words meet those that answer, counted in characters.

Marked: everything marked in the first passage. Wanted: the places of evidence that this
passage shares text with, whole, also if they reach beyond it; other places would answer
as well, so that not showing them is no fault. All three are 0 if it shares text with none.
"""

from collections.abc import Iterable

from index.types import Span
from qa.evaluation.types import Judgement, SystemReply


def score_first_mark(judgement: Judgement, reply: SystemReply) -> float:
    """Return 1 if the first mark of the first passage shares a character with the evidence.

    Trap: a mark as long as the passage always does; read it beside the precision.
    """
    best = reply.passages[0] if reply.passages else None
    if best is None or not best.evidence:
        return 0.0
    return float(any(g.document == best.document and g.span.overlaps(best.evidence[0]) for g in judgement.evidence))


def score_precision(judgement: Judgement, reply: SystemReply) -> float:
    """Return the share of marked characters that are relevant. Trap: one marked letter can have 1.0."""
    marked, wanted = _collect_characters(judgement, reply)
    return len(marked & wanted) / len(marked) if marked else 0.0


def score_recall(judgement: Judgement, reply: SystemReply) -> float:
    """Return the share of relevant characters that are marked. Trap: marking everything has 1.0."""
    marked, wanted = _collect_characters(judgement, reply)
    return len(marked & wanted) / len(wanted) if wanted else 0.0


def score_overlap(judgement: Judgement, reply: SystemReply) -> float:
    """Return characters both marked and relevant over those either (Jaccard 1912): 1 if they are the same."""
    marked, wanted = _collect_characters(judgement, reply)
    return len(marked & wanted) / len(marked | wanted) if wanted else 0.0


def _collect_characters(judgement: Judgement, reply: SystemReply) -> tuple[set[int], set[int]]:
    if not reply.passages:
        return set(), set()
    best = reply.passages[0]
    shown = [g.span for g in judgement.evidence if g.document == best.document and g.span.overlaps(best.span)]
    return _expand_spans(best.evidence), _expand_spans(shown)


def _expand_spans(spans: Iterable[Span]) -> set[int]:
    return {character for span in spans for character in range(span.start, span.end)}

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
    places = reply.passages[0].places if reply.passages else ()
    return float(
        any(
            gold.document == place.document and gold.span.overlaps(mark)
            for place in places
            for mark in place.evidence[:1]
            for gold in judgement.evidence
        )
    )


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
    for place in reply.passages[0].places if reply.passages else ():
        shown = [g.span for g in judgement.evidence if g.document == place.document and g.span.overlaps(place.span)]
        if shown:
            return _expand_spans(place.evidence), _expand_spans(shown)
    return set(), set()


def _expand_spans(spans: Iterable[Span]) -> set[int]:
    return {character for span in spans for character in range(span.start, span.end)}

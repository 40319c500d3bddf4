"""The features of a hit from which its confidence is calibrated: each means the same in any collection."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.ranking.fusion import Hit
from qa.ranking.idf import IdfWeights
from qa.types import Query

# Caps the lead, so that a lone candidate does not look certain.
MAX_LEAD = 0.5
# The reader's logits lie between about -8 and 8.
LOGIT_SCALE = 8.0


@dataclass(frozen=True, slots=True)
class Features:
    """Features of one hit; each lies in [-1, 1].

    ``cosine``: of the nearest unit and the question. ``coverage``: share of the question's idf
    weight in the passage. ``unknown``: share that the whole collection lacks. ``lead``: score
    less that of the best other hit, read or expected, as a share of the best, capped at ``MAX_LEAD``.
    ``agreement``: mean reciprocal rank in the two legs, 0 in one that gives it no score.
    ``relevance``: the reader's logit over ``LOGIT_SCALE``, or None if it did not read the passage.
    The late-interaction score and the reader's answerability add nothing to these (measured on
    sources that were left out).
    """

    cosine: float
    coverage: float
    unknown: float
    lead: float
    agreement: float
    relevance: float | None = None


def extract_features(query: Query, hits: Sequence[Hit], top_k: int, idf: IdfWeights) -> list[Features]:
    """Return the features of the first ``top_k`` of all hits, in order."""
    best = hits[:top_k]
    unknown = idf.measure_unknown(query.content_terms)
    coverages = idf.measure_passages(query.content_terms, [hit.passage for hit in best]).tolist()
    return [
        Features(
            cosine=hit.dense,
            coverage=coverage,
            unknown=unknown,
            lead=_measure_lead(hits, rank),
            agreement=_measure_agreement(hit),
            relevance=None if hit.reading is None else scale_logit(hit.reading.relevance),
        )
        for rank, (hit, coverage) in enumerate(zip(best, coverages, strict=True))
    ]


def scale_logit(logit: float) -> float:
    """Return a logit over ``LOGIT_SCALE``, within -1 and 1."""
    return _clamp(logit / LOGIT_SCALE, 1.0)


def _measure_agreement(hit: Hit) -> float:
    """Return the mean reciprocal rank; all passages without any word of the question would share the first one."""
    legs = ((hit.dense, hit.dense_rank), (hit.lexical, hit.lexical_rank))
    return sum(1 / rank for score, rank in legs if score > 0) / len(legs)


def _measure_lead(hits: Sequence[Hit], rank: int) -> float:
    """Return by how much a hit's score exceeds the best other one's, as a share of the best of all, capped.

    One that was not read counts with the score that it is expected to have, but is not expected to become the first.
    """
    best = hits[0].score
    reached = (max(hit.score, hit.expected) for hit in hits[1:])
    other = best if rank else min(best, max(reached, default=0.0))
    return _clamp((hits[rank].score - other) / best if best > 0 else 0.0, MAX_LEAD)


def _clamp(value: float, limit: float) -> float:
    return max(-limit, min(limit, value))

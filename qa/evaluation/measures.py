"""What is measured, one pure function each; document rankings go through ir_measures.

The only module that imports ir_measures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Ranking = Sequence[str]
"""Document ids, best first, each once."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        """As tables show it: ``0.734 [0.71, 0.76]``."""
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def interval(values: Sequence[float], samples: int = 2000) -> Interval:
    """Percentile bootstrap over questions (Efron 1979), seeded, so that it can be repeated.

    Trap: it says how sure the mean is for questions like these, not for other questions.
    """
    data = np.asarray(values, dtype=float)
    if not len(data):
        return Interval(0.0, 0.0, 0.0)
    draws = np.random.default_rng(0).integers(0, len(data), size=(samples, len(data)))
    low, high = np.percentile(data[draws].mean(axis=1), [2.5, 97.5])
    return Interval(float(data.mean()), float(low), float(high))


def first_right(right: Sequence[bool]) -> int | None:
    """The rank, from 1, of the first right passage; None where none is."""
    return next((rank for rank, is_right in enumerate(right, 1) if is_right), None)


def hit(rank: int | None, k: int) -> float:
    """1 where something right stands among the first ``k``, else 0 (success@k)."""
    return float(rank is not None and rank <= k)


def reciprocal_rank(rank: int | None, k: int = 10) -> float:
    """1 / rank of the first right passage, 0 beyond ``k``; its mean is MRR@k."""
    return 1 / rank if rank is not None and rank <= k else 0.0


def ndcg(rankings: Mapping[str, Ranking], relevant: Mapping[str, Mapping[str, int]], k: int = 10) -> dict[str, float]:
    """nDCG@k of each question of ``relevant`` (Järvelin & Kekäläinen 2002), by ir_measures.

    A question without a ranking counts 0. Scores are made of the ranks, so that no tie is
    left for the tool to break.
    """
    import ir_measures

    qrels = [ir_measures.Qrel(q, d, grade) for q, grades in relevant.items() for d, grade in grades.items()]
    run = [
        ir_measures.ScoredDoc(q, d, -float(place))
        for q, ranking in rankings.items()
        for place, d in enumerate(ranking, 1)
    ]
    measure = ir_measures.nDCG @ k
    found = {metric.query_id: metric.value for metric in ir_measures.iter_calc([measure], qrels, run)}
    return {question: float(found.get(question, 0.0)) for question in relevant}


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a positive scores above a negative, ties half (Mann & Whitney 1947)."""
    above = np.subtract.outer(np.asarray(positive), np.asarray(negative))
    return float(((above > 0) + 0.5 * (above == 0)).mean()) if above.size else 0.0


def calibration_error(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: mean gap of confidence and share right over equally full bins.

    Trap: with few questions a bin is noise, and the error is overstated.
    """
    order = np.argsort(confidence, kind="stable")
    parts = np.array_split(order, min(bins, len(order)) or 1)
    sure, truth = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    gaps = [abs(sure[part].mean() - truth[part].mean()) * len(part) for part in parts if len(part)]
    return float(sum(gaps) / max(1, len(order)))

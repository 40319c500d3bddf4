"""How a calibration does on questions that it was not fitted on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.training.calibration.collections import Sort
from qa.answer.calibration import Calibration, Features
from qa.evaluation.measures.abstention import auroc
from qa.evaluation.measures.calibration import calibration_error


@dataclass(frozen=True, slots=True)
class Row:
    """One passage that was returned for one question, and whether it answers."""

    source: str
    sort: Sort
    rank: int
    features: Features
    right: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """Over the first passages of a source: shares, AUROCs and the expected calibration error."""

    questions: int
    right_where_present: float
    error: float
    ranking: float
    apart: Mapping[Sort, float]
    wrong: float
    statuses: Mapping[Sort, tuple[float, float, float]]


def trial(calibration: Calibration, rows: Sequence[Row]) -> Trial:
    """Measured over the first passage of every question of ``rows``."""
    first = [row for row in rows if row.rank == 1]
    sure = np.array([calibration.probability(row.features) for row in first])
    right = np.array([row.right for row in first])
    of = {sort: np.array([row.sort is sort for row in first]) for sort in Sort}
    answered, kept = sure >= calibration.answered, sure >= calibration.unsure
    return Trial(
        questions=len(first),
        right_where_present=float(right[of[Sort.PRESENT]].mean()),
        error=calibration_error(sure.tolist(), right.tolist()),
        ranking=auroc(sure[right].tolist(), sure[~right].tolist()),
        apart={s: auroc(sure[of[Sort.PRESENT]].tolist(), sure[of[s]].tolist()) for s in Sort if s is not Sort.PRESENT},
        wrong=float((~right[answered]).mean()),
        statuses={
            s: (
                float(answered[of[s]].mean()),
                float((kept & ~answered)[of[s]].mean()),
                float((~kept)[of[s]].mean()),
            )
            for s in Sort
        },
    )

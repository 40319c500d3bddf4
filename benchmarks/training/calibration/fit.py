"""Fits a logistic model to rows, and tries it on sources that it was not fitted on."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.training.calibration.collections import SIZES
from benchmarks.training.calibration.rows import MODES, MeasuredRows
from benchmarks.training.calibration.trial import Row, Trial, measure_calibration
from qa.answer.calibration import PassageModel
from qa.logistic import LogisticModel
from qa.types import Mode

# ``unsure`` keeps this share of the right first passages; of the ``answered`` ones at most this share may be wrong.
UNSURE_KEEPS = 0.97
ANSWERED_WRONG = 0.1
FEATURES: Mapping[Mode, Sequence[str]] = {
    "precise": ("unknown", "lead", "agreement", "relevance"),
    "fast": ("cosine", "coverage", "unknown", "lead", "agreement"),
}


@dataclass(frozen=True, slots=True)
class ModeFit:
    """The calibration of one mode, and its trials on each source left out."""

    calibration: PassageModel
    trials: Mapping[str, Trial]


def fit_modes(rows: Mapping[Mode, MeasuredRows]) -> dict[Mode, ModeFit]:
    """Fit each mode on all sources, and try it on each source with a fit on the others."""
    return {
        mode: ModeFit(
            fit_calibration(rows[mode].fitted, FEATURES[mode]),
            {source: _try_without(source, rows[mode], FEATURES[mode]) for source in SIZES},
        )
        for mode in MODES
    }


def try_modes(rows: Mapping[Mode, MeasuredRows], calibrations: Mapping[Mode, PassageModel]) -> dict[Mode, ModeFit]:
    """Try calibrations that were fitted before on each source of the held-out articles."""
    return {
        mode: ModeFit(one, {source: _try_on(source, rows[mode], one, FEATURES[mode]) for source in SIZES})
        for mode, one in calibrations.items()
    }


def fit_calibration(rows: Sequence[Row], names: Sequence[str]) -> PassageModel:
    """Fit a logistic model in which every source has the same weight, and its two thresholds.

    ``answered``: the lowest confidence above which at most ``ANSWERED_WRONG`` are wrong.
    ``unsure``: the highest that still keeps ``UNSURE_KEEPS`` of the right first passages.
    """
    rows = select_complete(rows, names)
    model = fit_logistic([row.source for row in rows], [row.features for row in rows], [r.right for r in rows], names)
    first = [row for row in rows if row.rank == 1]
    confidence = np.array([model.predict_probability(row.features) for row in first])
    right = np.array([row.right for row in first])
    unsure = floor(100 * float(np.quantile(confidence[right], 1 - UNSURE_KEEPS))) / 100
    return PassageModel(model.intercept, model.weights, find_threshold(confidence, right, ANSWERED_WRONG), unsure)


def fit_logistic(
    sources: Sequence[str], features: Sequence[object], right: Sequence[bool], names: Sequence[str]
) -> LogisticModel:
    """Fit a logistic model in which every source has the same weight."""
    counts = Counter(sources)
    weights = np.array([1 / counts[source] for source in sources]) * len(sources) / len(counts)
    x = np.array([[getattr(one, name) for name in names] for one in features], dtype=float)
    model = LogisticRegression(C=10.0, max_iter=1000).fit(x, np.array(right), sample_weight=weights)
    fitted = {name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0], strict=True)}
    return LogisticModel(round(float(model.intercept_[0]), 4), fitted)


def find_threshold(confidence: NDArray[np.float64], right: NDArray[np.bool_], most_wrong: float) -> float:
    """Return the lowest threshold, in hundredths, from which on at most this share is wrong; 0.99 if there is none."""
    hundredths = np.arange(1, 100) / 100
    kept = [float(t) for t in hundredths if (~right[confidence >= t]).sum() <= most_wrong * (confidence >= t).sum()]
    return min(kept, default=0.99)


def _try_without(source: str, rows: MeasuredRows, names: Sequence[str]) -> Trial:
    return _try_on(source, rows, fit_calibration([row for row in rows.fitted if row.source != source], names), names)


def _try_on(source: str, rows: MeasuredRows, calibration: PassageModel, names: Sequence[str]) -> Trial:
    held_out = [row for row in rows.held_out if row.source == source]
    return measure_calibration(calibration, select_complete(held_out, names))


def select_complete(rows: Sequence[Row], names: Iterable[str]) -> list[Row]:
    """Return the rows that have these features; a passage of mode ``precise`` that was not read lacks ``relevance``."""
    names = list(names)
    return [row for row in rows if all(getattr(row.features, name) is not None for name in names)]

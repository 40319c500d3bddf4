"""Whether a confidence of 0.8 is right four times in five."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of similar confidence: their mean confidence, the share right, how many."""

    confidence: float
    right: float
    count: int


def bin_reliability(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> list[Bin]:
    """Split into equally full bins by confidence: the reliability curve (DeGroot & Fienberg 1983).

    Questions of equal confidence are spread over the bins that they reach into in proportion,
    so that their order cannot change a bin.
    """
    sure, truth = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    order = np.argsort(sure, kind="stable")
    _, groups, sizes = np.unique(sure[order], return_inverse=True, return_counts=True)
    expected = (np.bincount(groups, weights=truth[order]) / sizes)[groups] if len(sure) else truth
    parts = np.array_split(np.arange(len(sure)), min(bins, len(sure)) or 1)
    return [Bin(float(sure[order][p].mean()), float(expected[p].mean()), len(p)) for p in parts if len(p)]


def calibration_error(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> float:
    """Return ECE, the mean gap of confidence and share right over equal bins (Naeini et al. 2015).

    Lower is better, nan without questions. Trap: with few questions a bin is noise and the
    error is overstated; its bootstrap interval lies too high for the same reason.
    """
    found = bin_reliability(confidence, right, bins)
    total = sum(b.count for b in found)
    return sum(abs(b.confidence - b.right) * b.count for b in found) / total if total else float("nan")


def brier_score(confidence: float, right: bool) -> float:
    """Return the squared gap of confidence and truth of one question (Brier 1950); lower is better.

    Trap: it is low for a system that always says 0 on a set with hardly any right answer.
    """
    return (confidence - float(right)) ** 2

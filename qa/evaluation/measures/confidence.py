"""Whether the confidence tells right from wrong, and whether a confidence of 0.8 is right four times in five."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 10

Floats = NDArray[np.float64]


def auroc(positive: ArrayLike, negative: ArrayLike) -> float:
    """Return the chance that a positive scores above a negative, ties half (Mann & Whitney 1947).

    0.5 is chance; nan if either is empty. Trap: it knows order only, so a confidence may
    be quite wrong as a probability and have 1.0.
    """
    low, high = np.sort(np.asarray(negative, dtype=float)), np.asarray(positive, dtype=float)
    if not len(low) or not len(high):
        return float("nan")
    below = np.searchsorted(low, high, side="left") + np.searchsorted(low, high, side="right")
    return float(below.mean() / 2 / len(low))


def risk_coverage(confidence: ArrayLike, right: ArrayLike) -> tuple[Floats, Floats]:
    """Compute coverage and risk of answering only the surest questions (El-Yaniv & Wiener 2010).

    Two arrays of one point a question, the surest first: the share answered so far and the
    share wrong of those. Questions of equal confidence share the mean of their group, so
    that their order cannot change the curve.
    """
    sure, wrong = np.asarray(confidence, dtype=float), ~np.asarray(right, dtype=bool)
    order = np.argsort(-sure, kind="stable")
    _, groups, sizes = np.unique(-sure[order], return_inverse=True, return_counts=True)
    expected = np.bincount(groups, weights=wrong[order]) / sizes if len(sure) else np.zeros(0)
    answered = np.arange(1, len(sure) + 1)
    return answered / max(1, len(sure)), np.cumsum(expected[groups]) / answered


def risk_coverage_area(confidence: ArrayLike, right: ArrayLike) -> float:
    """Return the mean risk over all coverages (AURC, Geifman & El-Yaniv 2017); nan without questions.

    Trap: it mixes how often answers are wrong with how well the confidence knows it, so
    compare systems on the same questions only.
    """
    _, risk = risk_coverage(confidence, right)
    return float(risk.mean()) if len(risk) else float("nan")


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

"""Whether the confidence tells right from wrong, and what the texts say from what they do not."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

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

"""Whether the confidence tells right from wrong, and whether a confidence of 0.8 is right four times in five."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qa.evaluation.measures.headline import is_headline_right, is_shown_as
from qa.evaluation.measures.ranking import is_first_right
from qa.evaluation.measures.reading import has_answers
from qa.evaluation.types import Outcome
from qa.types import AnswerKind

BINS = 10

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Confidences:
    """Of each question how sure the answer is, whether it is right, whether any could be, whether there is one.

    An answer is a first passage, or the headline of an answer: its words or their sentence. ``are_words`` and
    ``are_sentences`` say which of the headlines are shown as which.
    """

    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]
    given: NDArray[np.bool_]
    are_words: NDArray[np.bool_]
    are_sentences: NDArray[np.bool_]

    @classmethod
    def from_outcomes(cls, outcomes: Sequence[Outcome]) -> "Confidences":
        """Collect the confidences in the first passages, in the order of the outcomes."""
        return cls(
            np.array([outcome.reply.confidence for outcome in outcomes], dtype=float),
            np.array([is_first_right(o.judgement, o.reply) for o in outcomes], dtype=bool),
            np.array([outcome.judgement.answerable for outcome in outcomes], dtype=bool),
            np.ones(len(outcomes), dtype=bool),
            *[np.zeros(len(outcomes), dtype=bool)] * 2,
        )

    @classmethod
    def of_words(cls, outcomes: Sequence[Outcome]) -> "Confidences":
        """Collect the confidences in the headlines, of the questions for which it is known which are right.

        A question without a headline is as one with a wrong one and a confidence of 0.
        """
        if not any(outcome.judgement.answers for outcome in outcomes):
            return cls(np.zeros(0), *[np.zeros(0, dtype=bool)] * 5)
        known = [outcome for outcome in outcomes if has_answers(outcome.judgement)]
        return cls(
            np.array([outcome.reply.words_confidence for outcome in known], dtype=float),
            np.array([is_headline_right(o.judgement, o.reply) for o in known], dtype=bool),
            np.array([outcome.judgement.answerable for outcome in known], dtype=bool),
            np.array([outcome.reply.best_words is not None for outcome in known], dtype=bool),
            np.array([is_shown_as(outcome.reply, AnswerKind.SPAN) for outcome in known], dtype=bool),
            np.array([is_shown_as(outcome.reply, AnswerKind.SENTENCE) for outcome in known], dtype=bool),
        )

    def at(self, positions: NDArray[np.int64]) -> "Confidences":
        """Select some questions, each as often as it was drawn."""
        return Confidences(*(getattr(self, field.name)[positions] for field in fields(self)))


def wrong_share(right: NDArray[np.bool_]) -> float:
    """Return the share of wrong ones, nan if there are none at all.

    Trap: a system that shows hardly anything has hardly anything wrong; read it beside the share shown.
    """
    return float((~right).mean()) if len(right) else float("nan")


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


def macro_calibration_error(confidence: ArrayLike, right: ArrayLike) -> float:
    """Return MacroCE, the mean of how far the right are from 1 and the wrong from 0 (Si et al. 2022).

    Right and wrong answers count alike however many they are, so a confidence that is always the share of right
    answers has 0.5, and ECE 0. Lower is better, nan if all are right or all are wrong.
    """
    sure, truth = np.asarray(confidence, dtype=float), np.asarray(right, dtype=bool)
    if not truth.any() or truth.all():
        return float("nan")
    return float(((1 - sure[truth]).mean() + sure[~truth].mean()) / 2)


def brier_score(confidence: float, right: bool) -> float:
    """Return the squared gap of confidence and truth of one question (Brier 1950); lower is better.

    Trap: it is low for a system that always says 0 on a set with hardly any right answer.
    """
    return (confidence - float(right)) ** 2

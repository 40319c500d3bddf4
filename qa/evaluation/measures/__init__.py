"""What is measured: a measure is a pure function and a line in ``MEASURES``.

``of_one`` question is averaged; ``of_all`` is of all questions at once. The ranking measures
have neither: they come from ir_measures together (``ranking.py``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from qa.evaluation.measures import confidence, evidence, ranking, reading
from qa.evaluation.measures.statistics import bootstrap_interval, bootstrap_statistic
from qa.evaluation.types import Interval, Judgement, Outcome, SystemReply
from qa.types import Status


@dataclass(frozen=True, slots=True)
class Confidences:
    """Of each question how sure the answer is, whether its first passage is right, whether any could be."""

    confidence: NDArray[np.float64]
    right: NDArray[np.bool_]
    answerable: NDArray[np.bool_]

    @classmethod
    def from_outcomes(cls, outcomes: Sequence[Outcome]) -> "Confidences":
        """Collect the confidences in the order of the outcomes."""
        return cls(
            np.array([outcome.reply.confidence for outcome in outcomes], dtype=float),
            np.array([ranking.is_first_right(o.judgement, o.reply) for o in outcomes], dtype=bool),
            np.array([outcome.judgement.answerable for outcome in outcomes], dtype=bool),
        )

    def at(self, positions: NDArray[np.int64]) -> "Confidences":
        """Select some questions, each as often as it was drawn."""
        return Confidences(self.confidence[positions], self.right[positions], self.answerable[positions])


@dataclass(frozen=True, slots=True)
class Measure:
    """``meaning`` is shown in reports; ``headline`` measures are compared unless others are named."""

    meaning: str
    of_one: Callable[[Judgement, SystemReply], float] | None = None
    of_all: Callable[[Confidences], float] | None = None
    applies: Callable[[Judgement], bool] = lambda judgement: True
    lower_is_better: bool = False
    headline: bool = False


_is_answerable = attrgetter("answerable")
_has_evidence = attrgetter("evidence")


def _has_answers(judgement: Judgement) -> bool:
    return bool(judgement.answers) or not judgement.answerable


def _gives_answer(reply: SystemReply) -> bool:
    return reply.status is not Status.NOT_FOUND


# Every measure in the order in which it is shown.
MEASURES: Mapping[str, Measure] = {
    "Hit@1": Measure("share of questions with something right in first place", headline=True),
    "Hit@3": Measure("… among the first three"),
    "Hit@5": Measure("… among the first five"),
    "Hit@10": Measure("… among the first ten"),
    "Recall@5": Measure("share of what is right that is among the first five"),
    "Recall@10": Measure("… among the first ten"),
    "Recall@50": Measure("… among the first fifty"),
    "MRR@10": Measure("mean of 1 / rank of the first that is right, 0 beyond ten", headline=True),
    "nDCG@10": Measure("gain by grade, discounted by log2(rank + 1), over the best order possible", headline=True),
    "MAP": Measure("mean of the precision at each rank with something right"),
    "evidence first": Measure(
        "share whose first mark, in the first passage, overlaps the evidence",
        evidence.score_first_mark,
        applies=_has_evidence,
        headline=True,
    ),
    "evidence precision": Measure(
        "share of the marked characters that are evidence", evidence.score_precision, applies=_has_evidence
    ),
    "evidence recall": Measure(
        "share of the evidence's characters that are marked", evidence.score_recall, applies=_has_evidence
    ),
    "evidence overlap": Measure(
        "characters both marked and evidence over those either",
        evidence.score_overlap,
        applies=_has_evidence,
        headline=True,
    ),
    "answer exact": Measure(
        "share of answers with exactly the expected words, as SQuAD compares them",
        lambda j, r: reading.exact_match(r.answer, j.answers),
        applies=_has_answers,
    ),
    "answer F1": Measure(
        "words shared by the answer and the expected one, as SQuAD counts them",
        lambda j, r: reading.token_f1(r.answer, j.answers),
        applies=_has_answers,
        headline=True,
    ),
    "found where present": Measure(
        "share of answerable questions that are not called `not_found`",
        lambda j, r: float(_gives_answer(r)),
        applies=_is_answerable,
    ),
    "not found where absent": Measure(
        "share of unanswerable questions that are called `not_found`",
        lambda j, r: float(not _gives_answer(r)),
        applies=lambda judgement: not judgement.answerable,
    ),
    "abstention": Measure(
        "share of questions rightly called `not_found` or rightly not, at the shipped threshold",
        lambda j, r: float(_gives_answer(r) == j.answerable),
        headline=True,
    ),
    "AUROC": Measure(
        "chance that an answerable question has more confidence than an unanswerable one",
        of_all=lambda c: confidence.auroc(c.confidence[c.answerable], c.confidence[~c.answerable]),
    ),
    "AURC": Measure(
        "share wrong among the most confident answers, averaged over how many are given (risk-coverage area)",
        of_all=lambda c: confidence.risk_coverage_area(c.confidence, c.right),
        lower_is_better=True,
    ),
    "Brier": Measure(
        "squared gap of confidence and truth, with a right first passage as truth",
        lambda j, r: confidence.brier_score(r.confidence, ranking.is_first_right(j, r)),
        lower_is_better=True,
        headline=True,
    ),
    "ECE": Measure(
        "mean gap of confidence and share right over ten equally full bins",
        of_all=lambda c: confidence.calibration_error(c.confidence, c.right),
        lower_is_better=True,
    ),
}


def score_replies(pairs: Sequence[tuple[Judgement, SystemReply]]) -> tuple[Outcome, ...]:
    """Compute every measure that is defined for one question, for each question."""
    answerable = [(judgement, reply) for judgement, reply in pairs if judgement.answerable]
    ranked = ranking.evaluate_rankings(
        {judgement.id: ranking.rank_findings(judgement, reply) for judgement, reply in answerable},
        {judgement.id: ranking.list_relevant(judgement) for judgement, reply in answerable},
    )
    return tuple(Outcome(j, r, ranked.get(j.id, {}) | _score_question(j, r)) for j, r in pairs)


def _score_question(judgement: Judgement, reply: SystemReply) -> dict[str, float]:
    return {
        name: measure.of_one(judgement, reply)
        for name, measure in MEASURES.items()
        if measure.of_one and measure.applies(judgement)
    }


def summarise_outcomes(outcomes: Sequence[Outcome]) -> dict[str, Interval]:
    """Return the mean of each measure over the questions that have it, with its interval, in order."""
    confidences = Confidences.from_outcomes(outcomes)
    found = {name: _summarise_measure(name, measure, outcomes, confidences) for name, measure in MEASURES.items()}
    return {name: interval for name, interval in found.items() if interval}


def _summarise_measure(
    name: str, measure: Measure, outcomes: Sequence[Outcome], confidences: Confidences
) -> Interval | None:
    if measure.of_all:
        of_all = measure.of_all
        return bootstrap_statistic(lambda positions: of_all(confidences.at(positions)), len(outcomes))
    values = [outcome.scores[name] for outcome in outcomes if name in outcome.scores]
    return bootstrap_interval(values) if values else None

"""Measures of a calibration on questions that it was not fitted on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.training.calibration.collections import QuestionKind
from qa.answer.calibration import PassageModel
from qa.answer.words import WordsFeatures
from qa.evaluation.measures.confidence import auroc, calibration_error
from qa.ranking.features import Features
from qa.types import AnswerKind


@dataclass(frozen=True, slots=True)
class LabelledWords:
    """The words found in a first passage: their features, whether they are right, and whether their sentence is."""

    features: WordsFeatures
    words_right: bool
    sentence_right: bool

    def is_right(self, shown: AnswerKind) -> bool:
        """Return whether what is shown is right: the words, or otherwise their sentence."""
        return self.words_right if shown is AnswerKind.SPAN else self.sentence_right


@dataclass(frozen=True, slots=True)
class Row:
    """One passage that was returned for one question, and whether it answers.

    ``words`` are those of a first passage, if it is known which are right, or that none are.
    """

    source: str
    kind: QuestionKind
    rank: int
    features: Features
    right: bool
    words: LabelledWords | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """Measures over the first passages of one source.

    ``right_first``: share of answerable questions whose first passage is right. ``error``: expected calibration error.
    ``ranking``: AUROC of right against wrong first passages. ``separation``: AUROC of answerable questions against
    each kind of unanswerable ones. ``wrong``: share of wrong first passages among those called ``answered``.
    ``statuses``: shares of ``answered``, ``unsure`` and ``not_found`` for each kind of question.
    """

    questions: int
    right_first: float
    error: float
    ranking: float
    separation: Mapping[str, float]
    wrong: float
    statuses: Mapping[str, Sequence[float]]


def measure_calibration(calibration: PassageModel, rows: Sequence[Row]) -> Trial:
    """Return the measures over the first passage of every question of ``rows``."""
    first = [row for row in rows if row.rank == 1]
    confidence = np.array([calibration.predict_probability(row.features) for row in first])
    right = np.array([row.right for row in first])
    # A source may lack some kinds of unanswerable questions.
    masks = {kind: np.array([row.kind is kind for row in first]) for kind in {row.kind: None for row in first}}
    answerable = confidence[masks[QuestionKind.ANSWERABLE]]
    answered, kept = confidence >= calibration.answered, confidence >= calibration.unsure
    shares = (answered, kept & ~answered, ~kept)
    return Trial(
        questions=len(first),
        right_first=float(right[masks[QuestionKind.ANSWERABLE]].mean()),
        error=calibration_error(confidence.tolist(), right.tolist()),
        ranking=auroc(confidence[right].tolist(), confidence[~right].tolist()),
        separation={
            kind: auroc(answerable.tolist(), confidence[mask].tolist())
            for kind, mask in masks.items()
            if kind is not QuestionKind.ANSWERABLE
        },
        wrong=float((~right[answered]).mean()) if answered.any() else 0.0,
        statuses={kind: [float(share[mask].mean()) for share in shares] for kind, mask in masks.items()},
    )

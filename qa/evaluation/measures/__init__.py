"""What is measured: a measure is a pure function and a line in ``MEASURES``.

``of_one`` question is averaged; ``of_all`` is of all questions at once. The ranking measures
have neither: they come from ir_measures together (``ranking.py``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from qa.answer.words import SURE
from qa.evaluation.measures import confidence, evidence, ranking, reading
from qa.evaluation.measures.confidence import Confidences
from qa.evaluation.measures.headline import is_headline_right, is_shown_as
from qa.evaluation.measures.reading import has_answers
from qa.evaluation.measures.statistics import bootstrap_interval, bootstrap_statistic
from qa.evaluation.types import Interval, Judgement, Outcome, SystemReply
from qa.types import AnswerKind, Status


class Task(StrEnum):
    """What a system does with a question: search a collection, or read a text that is given."""

    SEARCH = "search"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class Measure:
    """``meaning`` is shown in reports; ``headline`` measures are compared unless others are named.

    ``of_words``: ``of_all`` is of the headlines, not of the first passages. ``tasks``: those it is defined for.
    """

    meaning: str
    of_one: Callable[[Judgement, SystemReply], float] | None = None
    of_all: Callable[[Confidences], float] | None = None
    of_words: bool = False
    applies: Callable[[Judgement], bool] = lambda judgement: True
    lower_is_better: bool = False
    headline: bool = False
    tasks: Sequence[Task] = (Task.SEARCH,)


_is_answerable = attrgetter("answerable")
_has_evidence = attrgetter("evidence")
_has_answers = attrgetter("answers")


def _gives_answer(reply: SystemReply) -> bool:
    return reply.status is not Status.NOT_FOUND


def _separate_answerable(found: Confidences) -> float:
    return confidence.auroc(found.confidence[found.answerable], found.confidence[~found.answerable])


BOTH = tuple(Task)

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
        applies=has_answers,
        tasks=BOTH,
    ),
    "answer F1": Measure(
        "words shared by the answer and the expected one, as SQuAD counts them",
        lambda j, r: reading.token_f1(r.answer, j.answers),
        applies=has_answers,
        headline=True,
        tasks=BOTH,
    ),
    "answer exact where present": Measure(
        "`answer exact` of answerable questions alone",
        lambda j, r: reading.exact_match(r.answer, j.answers),
        applies=_has_answers,
        tasks=BOTH,
    ),
    "answer F1 where present": Measure(
        "`answer F1` of answerable questions alone",
        lambda j, r: reading.token_f1(r.answer, j.answers),
        applies=_has_answers,
        tasks=BOTH,
    ),
    "best words exact": Measure(
        "the same as `answer exact where present`, with the best words if the reader gives none",
        lambda j, r: reading.exact_match(r.best_words, j.answers),
        applies=_has_answers,
        tasks=(Task.READING,),
    ),
    "best words F1": Measure(
        "the same as `answer F1 where present`, with the best words if the reader gives none",
        lambda j, r: reading.token_f1(r.best_words, j.answers),
        applies=_has_answers,
        tasks=(Task.READING,),
    ),
    "answer right": Measure(
        "share of answerable questions with right words: an F1 above 0.8 with an expected answer, or equivalent words",
        lambda j, r: float(reading.are_right(r.answer, j.answers, j.question)),
        applies=_has_answers,
        tasks=BOTH,
    ),
    "answer parts F1": Measure(
        "of questions for a list: parts shared by those returned and those expected, whole and in any order",
        lambda j, r: reading.parts_f1(r.parts, j.parts),
        applies=attrgetter("parts"),
    ),
    "headline right": Measure(
        "share of answerable questions with right words, or with a sentence that answers",
        lambda j, r: float(r.answer is not None and is_headline_right(j, r)),
        applies=_has_answers,
    ),
    "words shown": Measure(
        "share of answerable questions that are answered with words",
        lambda j, r: float(is_shown_as(r, AnswerKind.SPAN)),
        applies=_is_answerable,
    ),
    "sentence shown": Measure(
        "… with a sentence",
        lambda j, r: float(is_shown_as(r, AnswerKind.SENTENCE)),
        applies=_is_answerable,
    ),
    "passage shown": Measure(
        "… with passages only, without a headline",
        lambda j, r: float(is_shown_as(r, AnswerKind.PASSAGE)),
        applies=_is_answerable,
    ),
    "wrong words": Measure(
        "share wrong among the words shown",
        of_all=lambda c: confidence.wrong_share(c.right[c.are_words]),
        of_words=True,
        lower_is_better=True,
        tasks=BOTH,
    ),
    "wrong words at 0.8": Measure(
        "share wrong among the words shown with a confidence of 0.8 or more",
        of_all=lambda c: confidence.wrong_share(c.right[c.are_words & (c.confidence >= SURE)]),
        of_words=True,
        lower_is_better=True,
        tasks=BOTH,
    ),
    "wrong sentences": Measure(
        "share wrong among the sentences shown",
        of_all=lambda c: confidence.wrong_share(c.right[c.are_sentences]),
        of_words=True,
        lower_is_better=True,
    ),
    "found where present": Measure(
        "share of answerable questions that are not called `not_found`",
        lambda j, r: float(_gives_answer(r)),
        applies=_is_answerable,
        tasks=BOTH,
    ),
    "not found where absent": Measure(
        "share of unanswerable questions that are called `not_found`",
        lambda j, r: float(not _gives_answer(r)),
        applies=lambda judgement: not judgement.answerable,
        tasks=BOTH,
    ),
    "abstention": Measure(
        "share of questions rightly called `not_found` or rightly not, at the shipped threshold",
        lambda j, r: float(_gives_answer(r) == j.answerable),
        headline=True,
        tasks=BOTH,
    ),
    "AUROC": Measure(
        "chance that an answerable question has more confidence than an unanswerable one",
        of_all=_separate_answerable,
        tasks=BOTH,
    ),
    "AURC": Measure(
        "share wrong among the most confident answers, averaged over how many are given (risk-coverage area)",
        of_all=lambda c: confidence.risk_coverage_area(c.confidence, c.right),
        lower_is_better=True,
        tasks=BOTH,
    ),
    "Brier": Measure(
        "squared gap of confidence and truth, with a right first passage as truth",
        lambda j, r: confidence.brier_score(r.confidence, ranking.is_first_right(j, r)),
        lower_is_better=True,
        headline=True,
        tasks=BOTH,
    ),
    "ECE": Measure(
        "mean gap of confidence and share right over ten equally full bins",
        of_all=lambda c: confidence.calibration_error(c.confidence, c.right),
        lower_is_better=True,
        tasks=BOTH,
    ),
    "MacroCE": Measure(
        "mean gap of confidence and truth, right and wrong first passages counting alike",
        of_all=lambda c: confidence.macro_calibration_error(c.confidence, c.right),
        lower_is_better=True,
        tasks=BOTH,
    ),
    "answer AUROC": Measure(
        "chance that the headline for an answerable question has more confidence than that for an unanswerable one",
        of_all=_separate_answerable,
        of_words=True,
        tasks=BOTH,
    ),
    "answer AURC": Measure(
        "as `AURC`, with a right headline as truth",
        of_all=lambda c: confidence.risk_coverage_area(c.confidence, c.right),
        of_words=True,
        lower_is_better=True,
        tasks=BOTH,
    ),
    "answer Brier": Measure(
        "squared gap of the confidence in the headline and truth, with a right headline as truth",
        lambda j, r: confidence.brier_score(r.words_confidence, is_headline_right(j, r)),
        applies=has_answers,
        lower_is_better=True,
        headline=True,
        tasks=BOTH,
    ),
    "answer ECE": Measure(
        "as `ECE`, of the headlines given, with a right headline as truth",
        of_all=lambda c: confidence.calibration_error(c.confidence[c.given], c.right[c.given]),
        of_words=True,
        lower_is_better=True,
        tasks=BOTH,
    ),
    "answer MacroCE": Measure(
        "as `MacroCE`, of the headlines given, with a right headline as truth",
        of_all=lambda c: confidence.macro_calibration_error(c.confidence[c.given], c.right[c.given]),
        of_words=True,
        lower_is_better=True,
        tasks=BOTH,
    ),
}


def score_replies(pairs: Sequence[tuple[Judgement, SystemReply]], task: Task = Task.SEARCH) -> tuple[Outcome, ...]:
    """Compute every measure that is defined for one question, for each question."""
    searched = [(j, reply) for j, reply in pairs if j.answerable] if task is Task.SEARCH else []
    ranked = ranking.evaluate_rankings(
        {judgement.id: ranking.rank_findings(judgement, reply) for judgement, reply in searched},
        {judgement.id: ranking.list_relevant(judgement) for judgement, reply in searched},
    )
    return tuple(Outcome(j, r, ranked.get(j.id, {}) | _score_question(j, r, task)) for j, r in pairs)


def _score_question(judgement: Judgement, reply: SystemReply, task: Task) -> dict[str, float]:
    return {
        name: measure.of_one(judgement, reply)
        for name, measure in MEASURES.items()
        if measure.of_one and measure.applies(judgement) and task in measure.tasks
    }


def summarise_outcomes(outcomes: Sequence[Outcome], task: Task = Task.SEARCH) -> dict[str, Interval]:
    """Return the mean of each measure over the questions that have it, with its interval, in order."""
    passages, words = Confidences.from_outcomes(outcomes), Confidences.of_words(outcomes)
    found: dict[str, Interval | None] = {}
    for name, measure in MEASURES.items():
        if task not in measure.tasks:
            continue
        if measure.of_all:
            found[name] = _summarise_confidences(measure.of_all, words if measure.of_words else passages)
        else:
            values = [outcome.scores[name] for outcome in outcomes if name in outcome.scores]
            found[name] = bootstrap_interval(values) if values else None
    return {name: interval for name, interval in found.items() if interval}


def _summarise_confidences(compute: Callable[[Confidences], float], found: Confidences) -> Interval | None:
    return bootstrap_statistic(lambda positions: compute(found.at(positions)), len(found.confidence))

"""One definition of right for all: by the words of what was returned, because not every peer says where it is."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.comparison.protocol import Reply, Result
from qa.evaluation.measures.confidence import auroc
from qa.evaluation.measures.reading import are_right, normalize_answer
from qa.evaluation.measures.statistics import bootstrap_interval, bootstrap_statistic
from qa.evaluation.types import GoldEvidence, Interval, Judgement

WORD = re.compile(r"\w+")
# The end of a quotation may lie beyond the border of a passage that has its beginning.
LEAST_SHARE = 0.5
FIRST = 5

Scores = Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Answered:
    """A judged question and what a peer returned to it, documents by their ids."""

    judgement: Judgement
    reply: Reply


def is_right(judgement: Judgement, result: Result) -> bool:
    """Return whether a passage of a document that answers holds half of the words quoted from there, in one run."""
    return any(gold.document == result.document and _holds(gold, result.text) for gold in judgement.evidence)


def _holds(gold: GoldEvidence, text: str) -> bool:
    quoted, words = (WORD.findall(one.casefold()) for one in (gold.quote, text))
    longest = SequenceMatcher(None, quoted, words, autojunk=False).find_longest_match()
    return bool(quoted) and longest.size >= LEAST_SHARE * len(quoted)


def are_acceptable(judgement: Judgement, reply: Reply) -> bool:
    """Return whether the words shown answer: as an expected answer, nearly, or as a sentence that holds one.

    A sentence must also be one of a passage that is right.
    """
    if reply.words is None or not judgement.answerable:
        return False
    if are_right(reply.words, judgement.answers, judgement.question):
        return True
    words = f" {normalize_answer(reply.words)} "
    holds = any(f" {normalize_answer(answer)} " in words for answer in judgement.answers)
    own = [result for result in reply.results if reply.words in result.text]
    return reply.kind == "sentence" and holds and any(is_right(judgement, result) for result in own)


def score_answers(answered: Sequence[Answered]) -> dict[str, Interval]:
    """Return each measure that the peer's replies allow, with its 95 % interval over questions."""
    present = [one for one in answered if one.judgement.answerable]
    absent = [one for one in answered if not one.judgement.answerable]
    shown = [one for one in answered if one.reply.words is not None]
    found: dict[str, Interval | None] = {
        "right first": _mean(present, lambda one: any(is_right(one.judgement, r) for r in one.reply.results[:1])),
        "right among five": _mean(
            present, lambda one: any(is_right(one.judgement, r) for r in one.reply.results[:FIRST])
        ),
        "characters of the first": _mean(
            present, lambda one: len(one.reply.results[0].text) if one.reply.results else 0
        ),
        "AUROC": _measure_auroc(answered),
    }
    if shown:
        found["acceptable words"] = _mean(present, lambda one: are_acceptable(one.judgement, one.reply))
        found["wrong words"] = _mean(shown, lambda one: not are_acceptable(one.judgement, one.reply))
    if any(one.reply.answered is not None for one in answered):
        found["found where present"] = _mean(present, lambda one: one.reply.answered is not False)
        found["not found where absent"] = _mean(absent, lambda one: one.reply.answered is False)
    return {name: interval for name, interval in found.items() if interval is not None}


def _mean(answered: Sequence[Answered], measure: Callable[[Answered], float]) -> Interval | None:
    return bootstrap_interval([float(measure(one)) for one in answered]) if answered else None


def _measure_auroc(answered: Sequence[Answered]) -> Interval | None:
    """Return the chance that an answerable question has a higher score; nothing returned is the lowest score of all."""
    scores = [one.reply.score for one in answered]
    lowest = min((score for score in scores if score is not None), default=0.0) - 1
    values = np.array([lowest if score is None else score for score in scores], dtype=float)
    answerable = np.array([one.judgement.answerable for one in answered], dtype=bool)
    return bootstrap_statistic(partial(_separate, values, answerable), len(answered))


def _separate(values: NDArray[np.float64], answerable: NDArray[np.bool_], positions: NDArray[np.int64]) -> float:
    drawn, present = values[positions], answerable[positions]
    return auroc(drawn[present], drawn[~present])

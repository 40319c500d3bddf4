"""The questions that failed worst, with what was returned and what was expected."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Span
from qa.answer.highlight import split_at_marks
from qa.evaluation.measures import ranking
from qa.evaluation.measures.headline import is_headline_right
from qa.evaluation.types import MAX_TEXTS, Outcome, ReturnedPassage
from qa.types import Status

MAX_CASES = 10
MAX_TEXT_CHARS = 600


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of a passage: whether they were marked as evidence, whether they were expected."""

    text: str
    marked: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A passage as it was returned, cut into stretches that are marked or expected."""

    document: str
    score: float
    right: bool
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One question as a report shows it. ``rank`` is the place of the first right passage, None if there is none."""

    outcome: Outcome
    rank: int | None
    returned: tuple[ShownPassage, ...]
    wanted: tuple[str, ...]

    @property
    def status(self) -> str:
        """In words."""
        return self.outcome.reply.status.value.replace("_", " ")

    @property
    def verdict(self) -> str:
        """What went wrong, in a sentence."""
        reply = self.outcome.reply
        if not self.outcome.judgement.answerable:
            joined = "and" if reply.status is Status.NOT_FOUND else "yet"
            return f"The documents do not answer, {joined} it was {self.status}."
        if self.rank is None:
            return f"Nothing right among the {len(reply.passages)} passages returned."
        if self.rank > 1:
            return f"The first right passage is only in place {self.rank}."
        if reply.status is Status.NOT_FOUND:
            return f"The right passage is first, but at a confidence of {reply.confidence:.2f} it was called not found."
        if _is_misquoted(self.outcome):
            wanted = " or ".join(f"“{words}”" for words in self.outcome.judgement.answers)
            return f"Shown with a confidence of {reply.words_confidence:.2f}: “{reply.answer}”; expected: {wanted}."
        return "The right passage is first."


def build_case(outcome: Outcome, passages: int = 1) -> Case:
    """Build a case of a question with the first few passages of its reply."""
    wanted = tuple(_clip_text(text) for text in outcome.judgement.texts)
    kept = [passage for passage in outcome.reply.passages[:passages] if passage.text]
    return Case(outcome, _find_right_rank(outcome), tuple(_show_passage(outcome, p) for p in kept), wanted)


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """The worst cases of one sort, of ``count`` in all."""

    name: str
    meaning: str
    count: int
    cases: tuple[Case, ...]


def find_worst_cases(outcomes: Sequence[Outcome]) -> list[CaseGroup]:
    """Return at most ten cases of each sort that has any, the worst first."""
    wrong, missed, doubted, misquoted = [], [], [], []
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.reply.confidence):
        is_found = outcome.reply.status is not Status.NOT_FOUND
        is_right = ranking.is_first_right(outcome.judgement, outcome.reply)
        if is_found and not is_right:
            wrong.append(outcome)
        if outcome.judgement.answerable and _find_right_rank(outcome) is None:
            missed.append(outcome)
        if is_right and not is_found:
            doubted.append(outcome)
        if is_right and _is_misquoted(outcome):
            misquoted.append(outcome)
    # Of these the least sure are the worst.
    doubted.sort(key=lambda outcome: outcome.reply.confidence)
    misquoted.sort(key=lambda outcome: -outcome.reply.words_confidence)
    groups = (
        ("Sure and wrong", "The first passage is wrong, and the system was sure of it.", wrong),
        ("Wrong words", "The first passage is right, and the words or the sentence shown are others.", misquoted),
        ("Not returned at all", "The documents answer, and nothing that was returned does.", missed),
        ("Right and not believed", "The first passage is right, and the system called it not found.", doubted),
    )
    return [
        CaseGroup(name, meaning, len(found), tuple(build_case(outcome, MAX_TEXTS) for outcome in found[:MAX_CASES]))
        for name, meaning, found in groups
        if found
    ]


def _is_misquoted(outcome: Outcome) -> bool:
    """Return whether a headline is shown that is known to be wrong."""
    judgement, reply = outcome.judgement, outcome.reply
    return reply.answer is not None and bool(judgement.answers) and not is_headline_right(judgement, reply)


def _find_right_rank(outcome: Outcome) -> int | None:
    right = (ranking.is_right(outcome.judgement, passage) for passage in outcome.reply.passages)
    return next((rank for rank, is_right in enumerate(right, 1) if is_right), None)


def _show_passage(outcome: Outcome, passage: ReturnedPassage) -> ShownPassage:
    right = ranking.is_right(outcome.judgement, passage)
    judged = {gold.document for gold in outcome.judgement.evidence}
    # Of copies the one that was judged, whose offsets the evidence has.
    place = next((place for place in passage.places if place.document in judged), passage)
    wanted = [gold.span for gold in outcome.judgement.evidence if gold.document == place.document]
    stretches = split_stretches(passage.text, place.span.start, place.evidence, wanted)
    return ShownPassage(place.document, passage.score, right, tuple(stretches))


def split_stretches(text: str, offset: int, marks: Sequence[Span], wanted: Sequence[Span]) -> list[Stretch]:
    """Split a text into stretches that are marked or not and expected or not; joined they are the text."""
    found: list[Stretch] = []
    done = 0
    for outer in split_at_marks(text, wanted, offset):
        found += [Stretch(p.text, p.marked, outer.marked) for p in split_at_marks(outer.text, marks, offset + done)]
        done += len(outer.text)
    return found


def _clip_text(text: str) -> str:
    return text if len(text) <= MAX_TEXT_CHARS else text[: MAX_TEXT_CHARS - 1].rsplit(" ", 1)[0] + " …"

"""The questions that failed worst, with what was returned and what was expected."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.types import Span
from qa.answer.highlight import split_at_marks
from qa.evaluation.measures import ranking
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
    """Return at most ten cases of each sort that has any."""
    surest = sorted(outcomes, key=lambda outcome: -outcome.reply.confidence)
    least_sure = sorted(outcomes, key=lambda outcome: outcome.reply.confidence)
    # The name and meaning of a sort, what belongs to it, and its outcomes, the worst first.
    sorts: list[tuple[str, str, Callable[[Outcome], bool], Sequence[Outcome]]] = [
        ("Sure and wrong", "The first passage is wrong, and the system was sure of it.", _is_confident_error, surest),
        ("Not returned at all", "The documents answer, and nothing that was returned does.", _is_missed, surest),
        (
            "Right and not believed",
            "The first passage is right, and the system called it not found.",
            _is_doubted,
            least_sure,
        ),
    ]
    groups = []
    for name, meaning, applies, ordered in sorts:
        found = list(filter(applies, ordered))
        if found:
            groups.append(
                CaseGroup(name, meaning, len(found), tuple(build_case(o, MAX_TEXTS) for o in found[:MAX_CASES]))
            )
    return groups


def _is_confident_error(outcome: Outcome) -> bool:
    is_right = ranking.is_first_right(outcome.judgement, outcome.reply)
    return outcome.reply.status is not Status.NOT_FOUND and not is_right


def _is_missed(outcome: Outcome) -> bool:
    return outcome.judgement.answerable and _find_right_rank(outcome) is None


def _is_doubted(outcome: Outcome) -> bool:
    is_right = ranking.is_first_right(outcome.judgement, outcome.reply)
    return outcome.reply.status is Status.NOT_FOUND and is_right


def _find_right_rank(outcome: Outcome) -> int | None:
    right = (ranking.is_right(outcome.judgement, passage) for passage in outcome.reply.passages)
    return next((rank for rank, is_right in enumerate(right, 1) if is_right), None)


def _show_passage(outcome: Outcome, passage: ReturnedPassage) -> ShownPassage:
    wanted = [gold.span for gold in outcome.judgement.evidence if gold.document == passage.document]
    stretches = split_stretches(passage.text, passage.span.start, passage.evidence, wanted)
    right = ranking.is_right(outcome.judgement, passage)
    return ShownPassage(passage.document, passage.score, right, tuple(stretches))


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

"""How well the reader reads, on articles that it was not trained on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.articles import MIN_GAP_CHARS, READING, read_lines, remove_answer, split_pieces
from benchmarks.splits import Part, assign_part
from index.types import Span
from qa.evaluation.measures.confidence import auroc
from qa.evaluation.measures.reading import exact_match, token_f1
from qa.types import Reader, Reading


@dataclass(frozen=True, slots=True)
class HeldOutQuestion:
    """A row of ``reading``: a question, its context as given, all right answers, and the span of the first."""

    source: str
    question: str
    title: str
    context: str
    answers: tuple[str, ...]
    span: Span

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "HeldOutQuestion":
        """Return the question of a row."""
        first, answers = row["answers"][0], tuple(answer["text"] for answer in row["answers"])
        span = Span(first["start"], first["start"] + len(first["text"]))
        return cls(row["source"], row["question"], row["title"], row["context"], answers, span)


@dataclass(frozen=True, slots=True)
class Measured:
    """Means over the questions of a source.

    ``gaps``: contexts without the answering sentence; ``separation``: the AUROC of contexts against them, if any.
    """

    questions: int
    f1: float
    exact: float
    gaps: int
    separation: float | None


def load_held_out(data: Path) -> list[HeldOutQuestion]:
    """Return the rows of ``reading`` whose articles are held out."""
    return [
        HeldOutQuestion.from_json(row)
        for row in read_lines(data / READING)
        if assign_part(row["source"], row["article"]) is Part.HELD_OUT
    ]


def measure_reader(reader: Reader, asked: Sequence[HeldOutQuestion]) -> Measured:
    """Read every question with its context, and again with the gap if enough is left of it."""
    found = [_read_context(reader, one, one.context) for one in asked]
    given = [words for _, words in found]
    whole, gaps = [], []
    for one, (reading, _) in zip(asked, found, strict=True):
        rest = remove_answer(one.context, one.span)
        if len(rest) >= MIN_GAP_CHARS:
            whole.append(reading.relevance)
            gaps.append(_read_context(reader, one, rest)[0].relevance)
    return Measured(
        questions=len(asked),
        f1=mean(token_f1(words, one.answers) for words, one in zip(given, asked, strict=True)),
        exact=mean(exact_match(words, one.answers) for words, one in zip(given, asked, strict=True)),
        gaps=len(gaps),
        separation=auroc(whole, gaps) if gaps else None,
    )


def _read_context(reader: Reader, one: HeldOutQuestion, context: str) -> tuple[Reading, str]:
    """Return the reading of the piece that answers best, and its words."""
    found = [context[piece.start : piece.end] for piece in split_pieces(context)]
    readings = reader.read(one.question, [(one.title, piece) for piece in found])
    best = max(range(len(found)), key=lambda place: readings[place].answerable)
    span = readings[best].span
    return readings[best], found[best][span.start : span.end] if span else ""

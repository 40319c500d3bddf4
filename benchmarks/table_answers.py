"""Measures how many answers in tables are right: those of the network alone, and with cells, rows and columns weighed.

python -m benchmarks.table_answers

The tables are invented, about subjects that the reader was not trained on. A question is read in a passage of whole
rows around the answer. The weights of ``qa/reader/rows.py`` are chosen by this.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from unittest.mock import patch

import click

from benchmarks.documents import format_table
from benchmarks.invented_tables import UNKNOWN_WORDS, invent_one_of_each
from benchmarks.open_sets import ReadingQuestion
from index.types import Span
from qa.evaluation.measures.reading import are_right
from qa.reader import rows
from qa.reader.reader import TrainedReader
from qa.reader.spans import Part

PASSAGE_CHARS = 400
QUESTIONS, DRAWS = 8, 6
HEAD = ("the reader's words", "right", "in the right row")


@dataclass(frozen=True, slots=True)
class TableScore:
    """Shares of answers that are right, and that are in the right row, whether they are right or not."""

    right: float
    row: float


def draw_passages(draws: int = DRAWS) -> Iterator[ReadingQuestion]:
    """Yield the answerable questions, each with a passage of its table."""
    for number in range(draws):
        for one in invent_one_of_each(UNKNOWN_WORDS, QUESTIONS, f"measure {number}"):
            if one.answers:
                yield cut_passage(one)


def cut_passage(one: ReadingQuestion, most: int = PASSAGE_CHARS) -> ReadingQuestion:
    """Return a question with the rows around its answer only, as many as fit, those after it first."""
    lines = list(_find_lines(one.context))
    first = last = next(n for n, line in enumerate(lines) if line.overlaps(one.answers[0]))
    while last + 1 < len(lines) and lines[last + 1].end - lines[first].start <= most:
        last += 1
    while first and lines[last].end - lines[first - 1].start <= most:
        first -= 1
    start = lines[first].start
    moved = tuple(Span(answer.start - start, answer.end - start) for answer in one.answers)
    return replace(one, context=one.context[start : lines[last].end], answers=moved)


def _find_lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.split("\n\n"):
        yield Span(start, start + len(line))
        start += len(line) + 2


def measure_answers(reader: TrainedReader, asked: Iterable[ReadingQuestion]) -> TableScore:
    """Read each question in its passage."""
    found = [_judge_words(reader, one) for one in asked]
    return TableScore(*(sum(flags) / len(found) for flags in zip(*found, strict=True)))


def _judge_words(reader: TrainedReader, one: ReadingQuestion) -> tuple[bool, bool]:
    """Return whether the words are right, and whether they are in the right row."""
    (reading,) = reader.read(one.question, [(one.title, one.context)])
    if reading.span is None:
        return False, False
    row = next(line for line in _find_lines(one.context) if line.overlaps(one.answers[0]))
    words = one.context[reading.span.start : reading.span.end]
    return are_right(words, one.words, one.question), row.overlaps(reading.span)


def leave_alone(question: str, text: str) -> list[Part]:
    """Weigh nothing."""
    return []


def keep_borders(question: str, text: str) -> list[Part]:
    """Keep words within cells and out of the names of columns, and weigh no row or column."""
    parts = rows.weigh_cells(question, text)
    return [part if part.bias == rows.NAME_BIAS else replace(part, bias=0.0) for part in parts]


WAYS: Mapping[str, Callable[[str, str], Sequence[Part]]] = {
    "of the network alone": leave_alone,
    "within one cell": keep_borders,
    "with the row and the column weighed": rows.weigh_cells,
}


@click.command()
@click.option("--draws", default=DRAWS, show_default=True, help="Tables of each kind.")
def main(draws: int) -> None:
    """Print the shares of right answers."""
    asked, reader, cells = list(draw_passages(draws)), TrainedReader(), []
    for name, way in WAYS.items():
        with patch("qa.reader.reader.weigh_cells", way):
            score = measure_answers(reader, asked)
        cells.append((name, f"{score.right:.3f}", f"{score.row:.3f}"))
    click.echo(f"{len(asked):,} questions\n\n{format_table(HEAD, cells)}")


if __name__ == "__main__":
    main()

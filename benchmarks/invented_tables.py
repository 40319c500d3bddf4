"""Questions about rows of tables, invented: the open sets have none, and people's folders have spreadsheets.

Names of columns and wordings of questions are in a file; the cells are drawn. The reader is trained on one such file;
another one, with tables about other subjects, measures it. A table is written as the parsers write it.
"""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.open_sets import ReadingQuestion
from index.parsers.tables import SEPARATOR, describe_rows
from index.types import Span

SOURCE = "tables"
READER_WORDS = Path(__file__).parent / "training" / "reader" / "tables.json"
UNKNOWN_WORDS = Path(__file__).with_name("table_answers.json")
ROWS, COLUMNS = (3, 12), (2, 5)
QUESTIONS_PER_TABLE = 6
# The share of questions about a row or a column that the table does not have, and of those that ask for the row.
ABSENT, ASKS_FOR_ROW = 0.25, 0.12
REVERSED = ("Which {kind} has {column} {cell}?", "What {kind} is listed with {column} {cell}?")


@dataclass(frozen=True, slots=True)
class Column:
    """The name of a column, what its cells are, and how people ask for a cell of a row, ``{row}``."""

    name: str
    kind: str
    asked: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A drawn table: its title, the name of what its rows are, their names, its columns, and a cell for each of both.

    ``absent_rows`` and ``absent_columns`` would be possible and are not in it.
    """

    title: str
    kind: str
    rows: Sequence[str]
    columns: Sequence[Column]
    cells: Mapping[tuple[str, str], str]
    absent_rows: Sequence[str]
    absent_columns: Sequence[Column]

    def write(self) -> str:
        """Return the text of the table as the parsers write it."""
        header = [self.kind, *(column.name for column in self.columns)]
        rows = [[row, *(self.cells[row, column.name] for column in self.columns)] for row in self.rows]
        return "\n\n".join(describe_rows([header, *rows], has_header=True))


def load_words(path: Path) -> dict[str, Any]:
    """Return the values of cells, and the kinds of tables with their columns and wordings."""
    words: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return words


def invent_questions(count: int, seed: int = 0) -> Iterator[ReadingQuestion]:
    """Yield so many questions of the reader's training, six about each table."""
    chance, words = random.Random(seed), load_words(READER_WORDS)
    for number in range(-(-count // QUESTIONS_PER_TABLE)):
        table = draw_table(chance.choice(words["tables"]), words["values"], chance)
        yield from ask_about(table, number, min(QUESTIONS_PER_TABLE, count - number * QUESTIONS_PER_TABLE), chance)


def invent_one_of_each(path: Path, questions: int, seed: str) -> Iterator[ReadingQuestion]:
    """Yield so many questions about one table of each kind in the file, so that no two have the same rows."""
    chance, words = random.Random(seed), load_words(path)
    for number, kind in enumerate(words["tables"]):
        yield from ask_about(draw_table(kind, words["values"], chance), number, questions, chance)


def draw_table(kind: Mapping[str, Any], values: Mapping[str, Sequence[str]], chance: random.Random) -> Table:
    """Draw the rows, the columns and the cells of a table of this kind."""
    columns = [Column(name, cells, asked) for name, cells, *asked in kind["columns"]]
    row_kind, names = kind["row"]
    possible = list(dict.fromkeys(_draw_cell(names, values, chance) for _ in range(40)))
    count, width = min(chance.randint(*ROWS), len(possible) - 2), min(chance.randint(*COLUMNS), len(columns) - 1)
    rows, absent_rows = possible[:count], possible[count:]
    chance.shuffle(columns)
    shown, absent_columns = columns[:width], columns[width:]
    cells = {(row, c.name): _draw_cell(c.kind, values, chance) for row in rows for c in shown}
    return Table(chance.choice(kind["titles"]), row_kind, rows, shown, cells, absent_rows, absent_columns)


def ask_about(table: Table, number: int, questions: int, chance: random.Random) -> Iterator[ReadingQuestion]:
    """Yield so many questions about the table with this number."""
    text = table.write()
    for _ in range(questions):
        yield _ask(table, text, number, chance)


def _ask(table: Table, text: str, number: int, chance: random.Random) -> ReadingQuestion:
    """Return a question about one cell, about the row that has it, or about one that the table does not have."""
    row, column = chance.choice(table.rows), chance.choice(table.columns)
    answers: tuple[Span, ...] = ()
    if chance.random() < ABSENT:
        if chance.random() < 0.5:
            row = chance.choice(table.absent_rows)
        else:
            column = chance.choice(table.absent_columns)
        question = chance.choice(column.asked).format(row=row)
    else:
        cell = table.cells[row, column.name]
        line = _find_line(text, row, column.name, cell)
        if chance.random() < ASKS_FOR_ROW and sum(c == cell for c in table.cells.values()) == 1:
            question = chance.choice(REVERSED).format(kind=table.kind.lower(), column=column.name.lower(), cell=cell)
            answers = (Span(line.start, line.start + len(row)),)
        else:
            question = chance.choice(column.asked).format(row=row)
            answers = (Span(line.end - len(cell), line.end),)
    return ReadingQuestion(
        source=SOURCE,
        article=f"{SOURCE}/{number}",
        title=table.title,
        context=text,
        question=question,
        answers=answers,
        relevant=bool(answers),
    )


def _find_line(text: str, row: str, column: str, cell: str) -> Span:
    """Return the span from the name of the row to the end of its cell."""
    start = 0
    for line in text.splitlines(keepends=True):
        place = line.find(f"{column}: {cell}")
        if line.startswith(f"{row}{SEPARATOR}") and place >= 0:
            return Span(start, start + place + len(f"{column}: {cell}"))
        start += len(line)
    raise ValueError(f"no row {row!r} with {column!r}: {cell!r} in {text!r}")


def _draw_cell(kind: str, values: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    if kind in values:
        return chance.choice(values[kind])
    return DRAWN[kind](chance, values)


def _draw_date(chance: random.Random) -> str:
    year, month, day = chance.randint(2015, 2027), chance.randint(1, 12), chance.randint(1, 28)
    return chance.choice((f"{year}-{month:02}-{day:02}", f"{day}.{month}.{year}", f"{month}/{day}/{year}"))


def _draw_span(chance: random.Random) -> str:
    opens, closes = chance.randint(6, 12), chance.randint(13, 22)
    return chance.choice((f"{opens:02}:00 to {closes:02}:00", f"{opens}:30-{closes}:00", f"{opens}-{closes}", "closed"))


def _draw_money(chance: random.Random) -> str:
    amount = chance.choice((chance.randint(2, 90), chance.randint(100, 990) / 10, chance.randint(1000, 90_000)))
    sign = chance.choice(("EUR", "USD", "GBP", "€", "$", "CHF"))
    return f"{sign}{amount:,.2f}" if sign == "$" else f"{amount:,.2f} {sign}"


def _draw_person(chance: random.Random, values: Mapping[str, Sequence[str]]) -> str:
    return f"{chance.choice(values['first'])} {chance.choice(values['last'])}"


def _draw_company(chance: random.Random, values: Mapping[str, Sequence[str]]) -> str:
    return f"{chance.choice(values['last'])} {chance.choice(('Ltd', 'GmbH', '& Sons', 'Inc.', 'Tools', 'Group'))}"


Draw = Callable[[random.Random, Mapping[str, Sequence[str]]], str]
DRAWN: Mapping[str, Draw] = {
    "person": _draw_person,
    "company": _draw_company,
    "money": lambda chance, _: _draw_money(chance),
    "date": lambda chance, _: _draw_date(chance),
    "span": lambda chance, _: _draw_span(chance),
    "cents": lambda chance, _: f"{chance.randint(15, 70) / 100:.2f} EUR",
    "number": lambda chance, _: str(chance.randint(100, 9999)),
    "digit": lambda chance, _: str(chance.randint(1, 9)),
    "count": lambda chance, _: str(chance.randint(1, 400)),
    "large": lambda chance, _: f"{chance.randint(1000, 99_000):,}",
    "percent": lambda chance, _: f"{chance.choice('+-')}{chance.randint(1, 399) / 10} %",
    "hours": lambda chance, _: f"{chance.randint(2, 40)} hours",
    "minutes": lambda chance, _: f"{chance.randint(5, 180)} min",
    "days": lambda chance, _: f"{chance.randint(1, 90)} days",
    "years": lambda chance, _: f"{chance.randint(1, 10)} years",
    "year": lambda chance, _: str(chance.randint(1950, 2026)),
    "time": lambda chance, _: f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}",
    "weight": lambda chance, _: f"{chance.randint(1, 400) / 10} kg",
    "area": lambda chance, _: f"{chance.randint(12, 300)} m²",
    "length": lambda chance, _: f"{chance.randint(1, 60)} cm",
    "metres": lambda chance, _: f"{chance.randint(20, 300)} m",
    "kcal": lambda chance, _: f"{chance.randint(120, 1100)} kcal",
    "dose": lambda chance, _: f"{chance.choice((5, 10, 20, 50, 100, 250, 500))} mg",
    "temperature": lambda chance, _: f"{chance.randint(-190, 1700)} °C",
    "density": lambda chance, _: f"{chance.randint(10, 1990) / 100} g/cm³",
    "gigabytes": lambda chance, _: f"{chance.choice((5, 10, 50, 100, 500, 2000))} GB",
    "version": lambda chance, _: f"{chance.randint(1, 9)}.{chance.randint(0, 20)}",
    "code": lambda chance, _: f"{chance.choice('ABCDHKMRT')}-{chance.randint(1, 99):02}",
    "phone": lambda chance, _: f"0{chance.randint(20, 89)} {chance.randint(100, 999)} {chance.randint(1000, 9999)}",
    "address": lambda chance, values: f"{chance.choice(values['last'])} Street {chance.randint(1, 120)}",
    "ages": lambda chance, _: f"{chance.randint(4, 15)} and older",
    "unit": lambda chance, _: chance.choice(("seconds", "milliseconds", "bytes", "megabytes", "days")),
    "invoice": lambda chance, _: f"R-{chance.randint(1000, 9999)}",
}

"""Rows of tables as the reader understands them best, and which of them share the question's words.

Rows are written with commas between the cells and a full stop at the end. The reader was trained on sentences, and
finds far more of the answers in this form than in the one in which people read rows, also in tables of handbooks that
it was not trained on; ``python -m benchmarks.office`` measures it.

A small network sometimes reads the right column in the wrong row, or another column of the right one. But a row can be
read alone: if it answers, the words that tell it from the other rows are in it. And people often ask for a column by
its name. So the words of other rows and columns get a lower score, and no answer crosses the border of a cell.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import log

from index.parsers.tables import SEPARATOR
from index.text.analyzer import Analyzer
from index.types import Span
from qa.reader.spans import Part

# As long as what it replaces, so that the offsets of words hold.
COMMA, STOP = ",  ", ".\n"
ROW_END = re.compile(r"(?<=[^\n.!?:])\n\n")
LINE = re.compile(r"[^\n]+")
# Between the name of a column and its cell; a header has none.
NAMED_CELL = ": "
# What each nat of the inverse document frequency of a word adds to the logits of answers, if the question shares it
# with their row or with the name of their column. In tables that the reader was not trained on, 0.826 of the words are
# right and 0.946 in the right row without all this, 0.841 and 0.940 with the borders of cells, 0.890 and 0.996 with
# these weights, too (``python -m benchmarks.table_answers``).
ROW_WEIGHT, COLUMN_WEIGHT = 8.0, 4.0
# The name of a column is no answer.
NAME_BIAS = -20.0
ANALYZER = Analyzer()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a row: the name of its column, "" if it has none, its text, and the places of both in the passage.

    ``name`` is the place of the column's name with the mark behind it.
    """

    column: str
    text: str
    name: Span
    words: Span


def write_rows_as_sentences(text: str) -> str:
    """Return a text with rows of tables in the form of sentences, of the same length; any other text as it is."""
    return ROW_END.sub(STOP, text.replace(SEPARATOR, COMMA)) if SEPARATOR in text else text


def weigh_cells(question: str, text: str) -> list[Part]:
    """Return the cells of the tables in a text, and the names of their columns, each with a bias of 0 or less.

    A row has as its score the inverse document frequency (Spärck Jones 1972), among the rows of the text, of the words
    that it shares with the question. Names of columns, which every row repeats, add nothing to it; a column has as its
    score that of its name among the names of its row. The bias of a cell is how far the scores of its row and its
    column are below the best ones. A line without names of columns is no row.
    """
    if SEPARATOR not in text:
        return []
    lines = [_split_cells(found[0], found.start()) for found in LINE.finditer(text) if SEPARATOR in found[0]]
    rows = [cells for cells in lines if any(cell.column for cell in cells)]
    asked = frozenset(ANALYZER.content_terms(question))
    row_scores = _compare_overlaps([" ".join(f"{cell.column} {cell.text}" for cell in cells) for cells in rows], asked)
    parts = []
    for cells, row_score in zip(rows, row_scores, strict=True):
        row = Span(cells[0].name.start, cells[-1].words.end)
        # What the question itself says is not what it asks for.
        names = ["" if asked.issuperset(ANALYZER(cell.text)) else cell.column for cell in cells]
        for cell, column_score in zip(cells, _compare_overlaps(names, asked), strict=True):
            bias = ROW_WEIGHT * row_score + COLUMN_WEIGHT * column_score
            parts += [Part(cell.name, NAME_BIAS, row), Part(cell.words, bias, row)]
    headers = [header for header, row in pairwise(lines) if _is_header(header, row)]
    return parts + [Part(cell.words, NAME_BIAS, cell.words) for cell in chain.from_iterable(headers)]


def _compare_overlaps(texts: Sequence[str], asked: frozenset[str]) -> list[float]:
    """Return the score of each text less that of the best one, where a score is the idf of all shared words."""
    shared = [asked.intersection(ANALYZER(text)) for text in texts]
    counts = Counter(chain.from_iterable(shared))
    scores = [sum(log(len(texts) / counts[word]) for word in words) for words in shared]
    return [score - max(scores) for score in scores]


def _split_cells(row: str, start: int) -> list[Cell]:
    """Return the cells of a row that starts at this character."""
    cells = []
    for cell in row.split(SEPARATOR):
        column, mark, text = cell.partition(NAMED_CELL) if NAMED_CELL in cell else ("", "", cell)
        words = start + len(column + mark)
        cells.append(Cell(column, text, Span(start, words), Span(words, start + len(cell))))
        start += len(cell + SEPARATOR)
    return cells


def _is_header(header: Sequence[Cell], row: Sequence[Cell]) -> bool:
    """Return whether the cells of a line are the names of the columns of the next one."""
    named = {cell.column for cell in row if cell.column}
    return bool(named) and named <= {cell.text for cell in header}

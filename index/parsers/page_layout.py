"""Where text is on a page, and the order in which people read it: lines, and columns of lines.

Lengths are in points; ``top`` and ``bottom`` are measured downwards from the upper edge of the page as it is shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import regex

# Two boxes are on one line if they share this much of the height of the smaller one.
MIN_SHARED_HEIGHT = 0.5
# In heights of the text: boxes of one line with less space between them are one word; more begins another box, and
# yet more, which no justified line has, another cell of a table.
MAX_WORD_GAP, MIN_BOX_GAP, MIN_CELL_GAP = 0.12, 1.0, 2.0
# A column of text has this many lines or more, most of them longer than a cell of a table usually is.
MIN_COLUMN_LINES, MIN_PROSE_CHARS = 4, 20
MIN_PROSE_SHARE = 0.5
# Lines of running text often continue a sentence; cells of a table begin with a capital or a figure.
MIN_CONTINUED_SHARE = 0.3
# A title above both columns crosses the space between them; if much does, there is no such space.
MAX_CROSSING_SHARE = 0.4
# The mean number of lines in a row from the same column, if the file has the lines of both in turn.
MAX_ALTERNATING_RUN = 1.5
# Left edges within this distance are the same edge.
EDGE = 3.0

CONTINUES = regex.compile(r"\p{Ll}")


@dataclass(frozen=True, slots=True)
class TextBox:
    """A piece of a line, or a line. ``size`` is the size of its font; ``cells`` says that it is a row of a table."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float = 0.0
    cells: bool = False

    @property
    def height(self) -> float:
        """The height of the text."""
        return max(self.bottom - self.top, 0.1)

    def is_beside(self, other: "TextBox") -> bool:
        """Return whether both are on the same line."""
        shared = min(self.bottom, other.bottom) - max(self.top, other.top)
        return shared >= MIN_SHARED_HEIGHT * min(self.height, other.height)


def read_lines(boxes: Sequence[TextBox]) -> list[TextBox]:
    """Return the lines of a page in reading order.

    ``boxes`` are in the order of the file, which nearly always is the reading order. It is changed only if the file
    has the lines of two columns in turn.
    """
    return _join_lines(order_columns(boxes))


def _join_lines(boxes: Sequence[TextBox]) -> list[TextBox]:
    """Join each box with the one before it if it continues its line."""
    lines: list[TextBox] = []
    for box in boxes:
        if lines and box.is_beside(lines[-1]) and box.left >= lines[-1].right - box.height / 2:
            lines[-1] = _join_boxes(lines[-1], box)
        else:
            lines.append(box)
    return lines


def _join_boxes(first: TextBox, second: TextBox) -> TextBox:
    gap = (second.left - first.right) / max(first.height, second.height)
    larger = max(first, second, key=lambda box: len(box.text))
    return TextBox(
        first.text + (" " if gap > MAX_WORD_GAP else "") + second.text,
        first.left,
        min(first.top, second.top) if larger is not first else first.top,
        max(first.right, second.right),
        larger.bottom,
        larger.size,
        first.cells or second.cells or gap >= MIN_CELL_GAP,
    )


def order_columns(boxes: Sequence[TextBox]) -> list[TextBox]:
    """Return the boxes themselves, column by column if there are columns and the file has their lines in turn."""
    gutter = _find_gutter(boxes)
    if gutter is None:
        return list(boxes)
    sides = [_find_side(box, gutter) for box in boxes]
    runs = [len(list(run)) for side, run in groupby(sides) if side]
    if sum(runs) > MAX_ALTERNATING_RUN * len(runs):
        return list(boxes)
    ordered: list[TextBox] = []
    for band in _split_bands(boxes, gutter):
        ordered += order_columns([box for box in band if _find_side(box, gutter) < 0])
        ordered += [box for box in band if _find_side(box, gutter) == 0]
        ordered += order_columns([box for box in band if _find_side(box, gutter) > 0])
    return ordered


def _split_bands(boxes: Sequence[TextBox], gutter: float) -> Iterator[list[TextBox]]:
    """Yield, from the top, each box that crosses the gutter, and the boxes between two of those."""
    from_top = sorted(boxes, key=lambda box: (round(box.top), box.left))
    for crosses, band in groupby(from_top, key=lambda box: _find_side(box, gutter) == 0):
        members = list(band)
        yield from ([box] for box in members) if crosses else [members]


def _find_side(box: TextBox, gutter: float) -> int:
    """Return -1 for a box left of the gutter, 1 for one right of it, 0 for one that crosses it."""
    if box.right <= gutter + EDGE:
        return -1
    return 1 if box.left >= gutter - EDGE else 0


def _find_gutter(boxes: Sequence[TextBox]) -> float | None:
    """Return the left edge of a column that has another one to its left, or None."""
    edges = sorted(box.left for box in boxes)
    groups: list[list[float]] = [edges[:1]]
    for before, edge in pairwise(edges):
        if edge - before > EDGE:
            groups.append([])
        groups[-1].append(edge)
    candidates = [group[0] for group in groups if len(group) >= MIN_COLUMN_LINES]
    return next((edge for edge in candidates if _is_gutter(boxes, edge)), None)


def _is_gutter(boxes: Sequence[TextBox], gutter: float) -> bool:
    sides = [(box, _find_side(box, gutter)) for box in boxes]
    crossing = sum(side == 0 for _, side in sides)
    columns = ([box for box, side in sides if side == wanted] for wanted in (-1, 1))
    return crossing <= MAX_CROSSING_SHARE * len(boxes) and all(_is_prose(column) for column in columns)


def _is_prose(column: Sequence[TextBox]) -> bool:
    """Return whether boxes are lines of running text rather than cells."""
    prose = [box for box in column if len(box.text) >= MIN_PROSE_CHARS]
    continued = sum(bool(CONTINUES.match(box.text)) for box in prose)
    return (
        len(prose) >= MIN_COLUMN_LINES
        and len(prose) >= MIN_PROSE_SHARE * len(column)
        and continued >= MIN_CONTINUED_SHARE * len(prose)
    )

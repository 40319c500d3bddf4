"""Nodes as lines of a terminal."""

import pytest

from index.types import Span
from qa.rendering.html import Anchors, write_html
from qa.rendering.markdown import MarkdownText
from qa.rendering.plain_text import write_lines, write_text
from qa.rendering.source_map import unwrap_words

SOURCE = """# The *inn*

Built **by Ann
Lee** in [1911](https://x.y).\\
Open daily.

- rooms
  1. small
  2. large
- garden

> Quiet.

| room | price |
|------|------:|
| small | 40 |
|       | 50 |

```
book  --now
  end
```

---
"""


def show(*marks: Span) -> list[str]:
    lines = write_lines(MarkdownText(SOURCE).render(Span(0, len(SOURCE))), marks)
    return ["".join(f"⟦{piece.text}⟧" if piece.marked else piece.text for piece in line.pieces) for line in lines]


def test_each_block_has_its_form_without_markup() -> None:
    """Items have bullets or numbers, quotations a bar, cells are beside each other, code keeps its spaces."""
    assert show() == [
        "The inn",
        "Built by Ann Lee in 1911.",
        "Open daily.",
        "• rooms",
        "  1. small",
        "  2. large",
        "• garden",
        "│ Quiet.",
        "room · price",
        "small · 40",
        "50",
        "  book  --now",
        "    end",
        "───",
    ]


def test_a_mark_is_in_one_piece_whatever_markup_is_inside() -> None:
    """It is cut only where the line ends, and does not hold the spaces around it."""
    start, end = SOURCE.index("by Ann"), SOURCE.index("daily")
    assert show(Span(start - 3, end))[1:3] == ["Built ⟦by Ann Lee in 1911.⟧", "⟦Open⟧ daily."]
    start, end = SOURCE.index("| small"), SOURCE.index("50")
    assert show(Span(start, end))[9:11] == ["⟦small⟧ · ⟦40⟧", "50"]


def test_headings_are_titles() -> None:
    """They are the only ones."""
    lines = write_lines(MarkdownText(SOURCE).render(Span(0, len(SOURCE))), ())
    assert [line.text for line in lines if line.title] == ["The inn"]


@pytest.mark.parametrize(
    ("first", "last", "text", "cells"),
    [
        ("| small", "40 |", "small · 40", 2),
        ("| small", "50 |", "small · 40\n50", 4),
        ("| room", "40 |", "room · price\nsmall · 40", 4),
        ("small |", "small ", "small", 0),
    ],
)
def test_cells_that_are_quoted_stay_apart(first: str, last: str, text: str, cells: int) -> None:
    """They stay in a table, of one row or of several; a single cell is shown as words."""
    start = SOURCE.index(first)
    quoted = unwrap_words(MarkdownText(SOURCE).render(Span(start, SOURCE.index(last, start) + len(last))))
    html = write_html(quoted, Anchors([]), 1)
    assert write_text(quoted) == text
    assert (html.count("<td") + html.count("<th>"), "<table>" in html) == (cells, cells > 0)

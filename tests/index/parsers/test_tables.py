"""Rows of tables as lines that can be read alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parsers.tables import MAX_LINE_CHARS, describe_rows, join_cells, looks_like_header

ALLOWANCES = [
    ["Country", "Daily allowance", "Hotel"],
    ["France", "58.00 EUR", "120.00 EUR"],
    ["Japan", "", "90.00 EUR"],
]
NAMES = st.text("abcdefgh ", min_size=1, max_size=12).map(str.strip).filter(bool)
CELLS = st.text("abc 0123", max_size=8).map(str.strip)


def test_a_row_names_its_columns() -> None:
    """A first cell in words names the row; an empty cell is left out."""
    assert list(describe_rows(ALLOWANCES)) == [
        "Country · Daily allowance · Hotel",
        "France · Daily allowance: 58.00 EUR · Hotel: 120.00 EUR",
        "Japan · Hotel: 90.00 EUR",
    ]


def test_a_first_cell_in_figures_has_its_header() -> None:
    """A number alone names nothing."""
    assert list(describe_rows([["Year", "Staff"], ["2025", "12"]]))[1] == "Year: 2025 · Staff: 12"


@pytest.mark.parametrize(
    "rows",
    [
        [["only", "row"]],
        [["title"], ["below"]],
        [["1998", "June"], ["1999", "May"]],
        [["same", "same"], ["a", "b"]],
        [["name", "", "other"], ["a", "b", "c"]],
    ],
)
def test_what_is_no_header_is_a_row(rows: list[list[str]]) -> None:
    """One row, one column, figures, equal names and a column without a name."""
    assert not looks_like_header(rows)
    assert list(describe_rows(rows)) == [" · ".join(cell for cell in row if cell) for row in rows]


def test_a_format_may_say_what_the_header_is() -> None:
    """Then nothing is guessed."""
    assert list(describe_rows([["1998", "1999"], ["a", "b"]], has_header=True)) == ["1998 · 1999", "a · 1999: b"]
    assert list(describe_rows(ALLOWANCES[:2], has_header=False))[1] == "France · 58.00 EUR · 120.00 EUR"


@given(st.lists(NAMES, min_size=2, max_size=5, unique=True), st.data())
def test_every_cell_stands_after_its_header(header: list[str], data: st.DataObject) -> None:
    """And in the line of its row, in order."""
    width = len(header)
    rows = data.draw(st.lists(st.lists(CELLS, min_size=width, max_size=width).filter(any), min_size=1, max_size=4))
    lines = list(describe_rows([header, *rows], has_header=True))
    assert len(lines) == 1 + len(rows)
    for row, line in zip(rows, lines[1:], strict=True):
        end = 0
        for name, cell in list(zip(header, row, strict=True))[1:]:
            if cell:
                end = line.index(f"{name}: {cell}", end)
        assert row[0] in line


@given(st.lists(st.lists(CELLS, max_size=5), max_size=5))
def test_nothing_is_lost(rows: list[list[str]]) -> None:
    """Also of a table whose rows have different lengths."""
    lines = list(describe_rows(rows))
    filled = [row for row in rows if any(row)]
    assert len(lines) == len(filled)
    assert all(cell in line for row, line in zip(filled, lines, strict=True) for cell in row)


@given(
    st.lists(st.text("ab", min_size=1, max_size=300), min_size=1, max_size=12), st.lists(st.just("name"), max_size=2)
)
def test_lines_keep_every_cell(cells: list[str], names: list[str]) -> None:
    """In order, none cut; each line but one of a single long cell has a bounded length and begins with the names."""
    lines = [line.split(" · ") for line in join_cells(cells, names)]
    assert all(line[: len(names)] == names for line in lines)
    assert [cell for line in lines for cell in line[len(names) :]] == cells
    assert all(len(" · ".join(line)) <= MAX_LINE_CHARS + 10 for line in lines if len(line) > len(names) + 1)


def test_the_first_cell_is_repeated() -> None:
    """If a row takes several lines, and the cell is short enough to be a name."""
    assert list(join_cells(["Rome", "a" * 300, "b" * 300])) == [f"Rome · {'a' * 300}", f"Rome · {'b' * 300}"]
    assert list(join_cells(["r" * 90, "a" * 300, "b" * 300])) == [f"{'r' * 90} · {'a' * 300}", "b" * 300]


def test_a_sentence_is_no_name_of_a_column() -> None:
    """It would be written in each row."""
    assert not looks_like_header([["x" * 201, "b"], ["1", "2"]])

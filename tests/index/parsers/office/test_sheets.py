"""Which cells of a sheet are a table."""

from hypothesis import given
from hypothesis import strategies as st

from index.parsers.office.sheets import Merge, Sheet, add_sheet, find_tables
from index.parsers.text_builder import TextBuilder

POSITIONS = st.tuples(st.integers(1, 12), st.integers(1, 8))


def sheet(*rows: str) -> dict[int, dict[int, str]]:
    """Cells separated by spaces; a dot is an empty one."""
    cells = {i: {j: text for j, text in enumerate(row.split(), 1) if text != "."} for i, row in enumerate(rows, 1)}
    return {number: row for number, row in cells.items() if row}


def tables(*rows: str) -> list[list[str]]:
    return [[" ".join(row.values()) for row in table.values()] for table in find_tables(sheet(*rows))]


def test_empty_rows_and_columns_separate_tables() -> None:
    """Also those that begin at different rows beside each other."""
    rows = ["City Rooms . Name Age", "Rome 4 . Ada 36", "Oslo 2", "", "Other Words", "a b"]
    assert tables(*rows) == [["City Rooms", "Rome 4", "Oslo 2"], ["Name Age", "Ada 36"], ["Other Words", "a b"]]


def test_totals_belong_to_the_table_above() -> None:
    """If they are under its columns; another header is another table, and a single cell is a remark."""
    assert tables("City Rooms Beds", "Rome 4 8", "", "Total . 8") == [["City Rooms Beds", "Rome 4 8", "Total 8"]]
    assert len(tables("City Rooms", "Rome 4", "", "Remark")) == 2
    assert len(tables("City Rooms", "Rome 4", "", ". Beyond 8")) == 2


def test_merged_cells_are_repeated_in_their_rows() -> None:
    """Where the rows have other cells; the range may be absurd."""
    builder = TextBuilder()
    rows = sheet("City Year Rooms", "Rome 2025 4", ". 2026 5")
    add_sheet(builder, Sheet("Plan", rows, [Merge(2, 1, 1_000_000, 1), Merge(7, 7, 1, 1)]))
    assert builder.build("a").text.split("\n\n")[2:] == ["Rome · Year: 2025 · Rooms: 4", "Rome · Year: 2026 · Rooms: 5"]


@given(st.lists(POSITIONS, max_size=30, unique=True))
def test_no_cell_is_lost_or_doubled(positions: list[tuple[int, int]]) -> None:
    """Whatever the shape of the sheet."""
    rows: dict[int, dict[int, str]] = {}
    for row, column in sorted(positions):
        rows.setdefault(row, {})[column] = f"{row}/{column}"
    found = [text for table in find_tables(rows) for row in table.values() for text in row.values()]
    assert sorted(found) == sorted(f"{row}/{column}" for row, column in positions)

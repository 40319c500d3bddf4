"""What the first row of a table is."""

import pytest

from index.parsers.office.cells import names_columns


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (["Department", "Budget", "Spent"], True),
        (["Department", "2024", "2025"], True),
        (["Department", "2024", "2025", "Change from 2024"], True),
        (["Department", "2024", "Total"], False),
        (["Department", "2024", "2024"], False),
        (["Department", "2024", "2025", ""], False),
        (["2023", "2024", "2025"], False),
        (["Marketing", "118,000", "142,000"], False),
    ],
)
def test_a_row_of_words_and_years_names_the_columns(first: list[str], expected: bool) -> None:
    """Two years at least, each name once, no other figures, and something before them."""
    assert names_columns([first, ["Sales", *["1,000"] * (len(first) - 1)]]) is expected

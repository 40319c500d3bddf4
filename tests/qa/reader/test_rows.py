"""Rows of tables in the form of sentences."""

from hypothesis import given
from hypothesis import strategies as st

from qa.reader.reader import TrainedReader
from qa.reader.rows import write_rows_as_sentences

ROWS = "Country · Daily allowance\n\nFrance · Daily allowance: 58.00 EUR\n\nJapan · Daily allowance: 61.50 EUR"


def test_cells_are_listed_and_rows_are_sentences() -> None:
    """A row that ends with a mark has its stop already."""
    assert write_rows_as_sentences("A · b: c\n\nD · e: f.\n\nG") == "A,  b: c.\nD,  e: f.\n\nG"


@given(st.text("ab ·.:\n", max_size=60))
def test_the_length_stays_and_with_it_every_offset(text: str) -> None:
    """Of any text; one without cells is not changed at all."""
    written = write_rows_as_sentences(text)
    assert len(written) == len(text)
    assert written == text or " · " in text
    assert all(new == old or old in " ·\n" for old, new in zip(text, written, strict=True))


def test_the_words_are_those_of_the_row() -> None:
    """The reader's offsets are those of the text as it is shown."""
    (reading,) = TrainedReader().read("What is the daily allowance in Japan?", [("Travel expenses", ROWS)])
    assert reading.span is not None
    assert ROWS[reading.span.start : reading.span.end] == "61.50 EUR"

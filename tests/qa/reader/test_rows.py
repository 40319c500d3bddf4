"""Rows of tables in the form of sentences, and what their cells gain."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qa.reader.reader import TrainedReader
from qa.reader.rows import NAME_BIAS, weigh_cells, write_rows_as_sentences

CELLS = st.text("ab 1:·", min_size=1, max_size=8).map(str.strip).filter(bool)
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


def list_biases(text: str, question: str) -> dict[str, float]:
    """Return what each part of a table gains."""
    return {text[part.place.start : part.place.end]: part.bias for part in weigh_cells(question, text)}


def test_the_row_and_the_column_with_the_words_of_the_question_gain() -> None:
    """A word that all rows have tells none apart; the names of columns and the header answer nothing."""
    rows = "Marlow, Edith · Room: B 12 · Stand-in: Toller\n\nMarlow, Piers · Room: Yard · Stand-in: Okafor"
    biases = list_biases(f"Name · Room · Stand-in\n\n{rows}", "Who is the stand-in of Edith Marlow?")
    assert biases["Toller"] == 0 > biases["B 12"] > biases["Yard"]
    assert biases["Toller"] > biases["Okafor"]
    assert {biases[name] for name in ("Room: ", "Stand-in: ", "Name", "Room", "Stand-in")} == {NAME_BIAS}


def test_a_cell_that_the_question_tells_is_not_what_it_asks_for() -> None:
    """Asked by a room and its column, the name of the row is as good as before."""
    text = "Marlow, Edith · Room: B 12 · Phone: 214\n\nMarlow, Piers · Room: Yard · Phone: 371"
    biases = list_biases(text, "Whose room is the Yard?")
    assert biases["Marlow, Piers"] == biases["Yard"] == 0 > biases["Marlow, Edith"]


def test_text_without_cells_has_no_parts() -> None:
    """Prose is read as ever, beside a table, too."""
    assert weigh_cells("Who?", "Nobody: they left.") == []
    text = f"Ask Rosa about trips.\n\n{ROWS}"
    assert all(part.place.start >= text.index("Country") for part in weigh_cells("Who is asked about trips?", text))


@given(st.text("ab ", max_size=8), st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=4))
def test_no_two_parts_overlap(question: str, rows: list[list[str]]) -> None:
    """Of any rows; the best cell, if there are any, gains nothing, and none more."""
    text = "\n\n".join(" · ".join(row) for row in rows)
    parts = [part for part in weigh_cells(question, text) if part.place.start < part.place.end]
    places = sorted((part.place for part in parts), key=lambda place: place.start)
    assert all(one.end <= other.start for one, other in pairwise(places))
    assert all(part.bias <= 0 and part.row.start <= part.place.start for part in parts)
    assert all(part.place.end <= part.row.end <= len(text) for part in parts)


def test_words_do_not_go_across_cells() -> None:
    """Where the network would take two columns together."""
    text = "Country · Full day · Arrival\n\nAustria · Full day: 50.00 EUR · Arrival: 33.00 EUR"
    (reading,) = TrainedReader().read("arrival day allowance Austria", [("Travel expenses", text)])
    assert reading.span is not None
    assert text[reading.span.start : reading.span.end] in {"50.00 EUR", "33.00 EUR"}

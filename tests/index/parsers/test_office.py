"""What holds for all office formats: real files of several programs, tables, macros, and empty files."""

import pptx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.types import Document, LoadProblem, Place
from tests.index.parsers.conftest import Parse
from tests.index.parsers.office_files import (
    BY_EXTENSION,
    LINES,
    TABLE,
    open_document,
    packed,
    saved,
    unpacked,
    word,
    workbook,
)
from tests.index.parsers.samples import FILES, SAMPLES

PACKED = [".docx", ".odp", ".ods", ".odt", ".pptx", ".xlsx"]
TEXT = """Allowances

Whoever travels gets fifty euros a day for meals.

Footnote: Interns get thirty.

Country · Daily allowance · Hotel

France · Daily allowance: 58.00 EUR · Hotel: 120.00 EUR

Japan · Daily allowance: 62.00 EUR · Hotel: 90.00 EUR

Japan · Daily allowance: nothing in August

How to book

Ask the desk.

Keep the receipt.

Look at the box.

The desk is open until five."""
SHEETS = """Costs

All costs of 2026

Item · Bought on · Price · Discount

Desk · Bought on: 2026-01-31 · Price: 1,258.00 EUR · Discount: 12 %

Lamp · Bought on: 2026-02-28 · Price: 42.50 EUR

Total · Price: 1,300.50 EUR

Staff by year

Office · 2025 · 2026

Kyoto · 2025: 12 · 2026: 17"""
SLIDES = """The plan

Find the archive.

Read its index.

A grouped shape

Another one

Tell them about the flood of 1998.

What it costs

Part · Price · Days

Shelves · Price: 58.00 EUR · Days: 12

Paint · Price: not yet known"""
NAMES = st.text("abcdefgh ", min_size=2, max_size=10).map(str.split).map(" ".join).filter(lambda name: len(name) > 1)
CELLS = st.from_regex(r"[a-z]{2,6}|[1-9][0-9]{0,3}\.[0-9][0-9] EUR|", fullmatch=True)


def read(parse: Parse, name: str, data: bytes) -> Document:
    (document,) = parse(name, data)
    assert isinstance(document, Document)
    return document


@pytest.mark.parametrize("name", ["text.docx", "text.odt", "text.rtf"])
def test_a_text_of_libreoffice(parse: Parse, name: str) -> None:
    """In reading order, with insertions, notes and boxes; without deletions, comments, hidden words, head and foot."""
    document = read(parse, name, (FILES / name).read_bytes())
    assert document.text == TEXT
    assert document.title == "Travel policy of the Archive"
    assert [heading.level for heading in document.headings] == [1, 2]
    assert (document.metadata["author"], document.metadata["date"]) == ("Sana Ito", "2026-01-05")
    # LibreOffice joins the keywords of a .docx by spaces.
    assert " ".join(document.metadata["tags"]) == "travel hotels"
    assert document.metadata.get("language", "en-GB") == "en-GB"


@pytest.mark.parametrize("name", ["sheets.ods", "sheets.xlsx"])
def test_sheets_of_libreoffice(parse: Parse, name: str) -> None:
    """Numbers and dates as a person sees them; no hidden sheet, no comment, no error, totals under their columns."""
    document = read(parse, name, (FILES / name).read_bytes())
    assert document.text == SHEETS
    assert document.title == "Budget of the Archive"
    assert document.places == (Place(0, "sheet Costs"), Place(SHEETS.index("Staff"), "sheet Staff by year"))


@pytest.mark.parametrize("name", ["slides.odp", "slides.pptx"])
def test_slides_of_libreoffice(parse: Parse, name: str) -> None:
    """Groups, tables and notes; the hidden slide is left out and counted; the first title is that of the document."""
    document = read(parse, name, (FILES / name).read_bytes())
    assert document.text == SLIDES
    assert document.title == "The plan"
    places = {"slide 1": 0, "slide 1, notes": SLIDES.index("Tell"), "slide 3": SLIDES.index("What")}
    assert document.places == tuple(Place(start, name) for name, start in places.items())


@pytest.mark.parametrize("extension", BY_EXTENSION)
def test_a_table_of_another_program(parse: Parse, extension: str) -> None:
    """Each row can be read alone."""
    document = read(parse, "a" + extension, BY_EXTENSION[extension](TABLE))
    assert document.text == LINES


@pytest.mark.parametrize("extension", BY_EXTENSION)
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(header=st.lists(NAMES, min_size=3, max_size=5, unique=True), data=st.data())
def test_every_cell_is_found_by_its_header(
    parse: Parse, extension: str, header: list[str], data: st.DataObject
) -> None:
    """In one line with the name of its row, in order."""
    width = len(header) - 1
    cells = st.lists(CELLS, min_size=width, max_size=width).filter(all)
    rows = data.draw(st.lists(st.tuples(NAMES, cells), min_size=2, max_size=4))
    document = read(parse, "a" + extension, BY_EXTENSION[extension]([header, *([name, *row] for name, row in rows)]))
    lines = document.text.split("\n\n")
    assert len(lines) == 1 + len(rows)
    for (name, row), line in zip(rows, lines[1:], strict=True):
        assert line == " · ".join([name, *(f"{column}: {cell}" for column, cell in zip(header[1:], row, strict=True))])


@pytest.mark.parametrize("extension", [".docm", ".pptm", ".xlsm"])
def test_macros_are_not_read(parse: Parse, extension: str) -> None:
    """A file with macros is one without them."""
    plain = extension[:-1] + "x"
    parts = unpacked(SAMPLES[plain]) | {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0 Sub AutoOpen()"}
    assert read(parse, "a" + extension, packed(parts)).text == read(parse, "a" + plain, SAMPLES[plain]).text


@pytest.mark.parametrize("extension", PACKED)
def test_an_empty_document_is_empty(parse: Parse, extension: str) -> None:
    """Loading then says that the file holds only white space."""
    body = {".odt": "text", ".ods": "spreadsheet", ".odp": "presentation"}.get(extension)
    file = open_document(body, "") if body else {".docx": word(""), ".xlsx": workbook("")}.get(extension)
    if file is None:
        file = saved(pptx.Presentation())
    items = parse("a" + extension, file)
    assert [item.text for item in items if not isinstance(item, LoadProblem)] == [""]

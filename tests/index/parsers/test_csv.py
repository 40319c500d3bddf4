"""CSV and TSV: encoding, delimiter, header, rows that can be read alone."""

import csv
import io
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.types import Document
from tests.index.parsers.conftest import Parse

WORDS = st.text("abcdef äé,;\"'\n\t", min_size=1, max_size=12).filter(lambda text: text.strip(" \"'\n\t,;"))
NAMES = st.lists(st.text("abcdefg", min_size=1, max_size=8), min_size=2, max_size=5, unique=True)


def text(parse: Parse, data: bytes | str, name: str = "a.csv") -> str:
    """The text of the one document of a file."""
    (item,) = parse(name, data.encode() if isinstance(data, str) else data)
    assert isinstance(item, Document)
    return item.text


EXCEL = '\ufeff"Land";"Tagesgeld";"Bemerkung"\r\n"Frankreich";"58,00";"a, b"\r\n"Italien";"45,50";"x, y"\r\n'
LIBRE_OFFICE = 'Country,Allowance,Note\n"France","58.00","Paris: 70.00,\nelsewhere less"\n'
PANDAS = ",name,2023,2024\n0,Rome,1.5,2.5\n1,Paris,,4.0\n"
BANK = "Umsätze Konto 17\n\nDatum;Betrag;Text\n01.02.2024;-700,00;Miete\n02.02.2024;1.200,50;Gehalt\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            EXCEL.encode(),
            "Land · Tagesgeld · Bemerkung\n\nFrankreich · Tagesgeld: 58,00 · Bemerkung: a, b\n\n"
            "Italien · Tagesgeld: 45,50 · Bemerkung: x, y",
        ),
        (
            EXCEL.replace("\ufeff", "sep=;\r\n").encode("cp1252"),
            "Land · Tagesgeld · Bemerkung\n\nFrankreich · Tagesgeld: 58,00 · Bemerkung: a, b\n\n"
            "Italien · Tagesgeld: 45,50 · Bemerkung: x, y",
        ),
        (
            LIBRE_OFFICE.encode(),
            "Country · Allowance · Note\n\nFrance · Allowance: 58.00 · Note: Paris: 70.00, elsewhere less",
        ),
        (
            PANDAS.encode(),
            "name · 2023 · 2024\n\n0 · name: Rome · 2023: 1.5 · 2024: 2.5\n\n1 · name: Paris · 2024: 4.0",
        ),
        (
            BANK.encode("cp1252"),
            "Umsätze Konto 17\n\nDatum · Betrag · Text\n\nDatum: 01.02.2024 · Betrag: -700,00 · Text: Miete\n\n"
            "Datum: 02.02.2024 · Betrag: 1.200,50 · Text: Gehalt",
        ),
    ],
    ids=["Excel", "Excel with a hint", "LibreOffice", "pandas", "bank"],
)
def test_exports_become_rows_that_can_be_read_alone(parse: Parse, data: bytes, expected: str) -> None:
    """Each cell has its header, whatever program wrote the file."""
    assert text(parse, data) == expected


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_cell_is_found_by_its_header(parse: Parse, delimiter: str, data: st.DataObject) -> None:
    """With any delimiter, and delimiters, quotation marks and line breaks in cells; rows keep their order."""
    names = data.draw(NAMES)
    rows = data.draw(st.lists(st.lists(WORDS, min_size=len(names), max_size=len(names)), min_size=3, max_size=6))
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    lines = text(parse, stream.getvalue()).split("\n\n")
    assert lines[0] == " · ".join(names)
    for line, row in zip(lines[1:], rows, strict=True):
        named = [f"{name}: {' '.join(cell.split())}" for name, cell in zip(names, row, strict=True)]
        assert line == " · ".join([" ".join(row[0].split()), *named[1:]])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('a,b\n1,"never closed\n2,x\n', 'a · b\n\na: 1 · b: "never closed\n\na: 2 · b: x'),
        ('size,price\n15" monitor,90\n', 'size · price\n\n15" monitor · price: 90'),
        ("only\none\ncolumn\n", "only\n\none\n\ncolumn"),
        ("1,2\n3,4\n", "1 · 2\n\n3 · 4"),
        ("a;b\n1;2;3;4\n5\n", "a · b\n\na: 1 · b: 2 · 3 · 4\n\na: 5"),
        ("a\u2028b,c\x0bd\n1,2\n", "a b · c d\n\na b: 1 · c d: 2"),
        ("a,b,,\n1,2,,\n", "a · b\n\na: 1 · b: 2"),
        (
            "Costs\nCity,Price,Note\nRome,5,x\nOslo,6,\nBern,7,\n",
            "Costs\n\nCity · Price · Note\n\nRome · Price: 5 · Note: x\n\nOslo · Price: 6\n\nBern · Price: 7",
        ),
    ],
)
def test_untidy_files_lose_nothing(parse: Parse, data: str, expected: str) -> None:
    """An open quotation mark, one column, no header, rows of other lengths, and empty columns."""
    assert text(parse, data) == expected


def test_a_long_row_repeats_what_names_it(parse: Parse) -> None:
    """So that each of its lines, and each passage of it, can be read alone."""
    names = ["City", *(f"Property number {number}" for number in range(40))]
    lines = text(parse, f"{','.join(names)}\nRome,{','.join('abcdef' for _ in names[1:])}\n").split("\n\n")
    described = [line for line in lines if line.startswith("Rome · ")]
    assert len(described) > 2
    assert all(len(line) <= 500 for line in lines)
    assert " ".join(described).count(": abcdef") == 40


def test_a_cell_may_be_longer_than_the_csv_module_allows(parse: Parse) -> None:
    """And its limit for others is as it was."""
    limit = csv.field_size_limit()
    assert "x" * 200_000 in text(parse, f"a,b\n1,{'x' * 200_000}\n")
    assert csv.field_size_limit() == limit


def test_a_long_file_takes_linear_time(parse: Parse) -> None:
    """Fifty thousand rows are parsed in seconds."""
    started = process_time()
    lines = text(parse, "name,price\n" + "Rome,58.00\n" * 50_000).split("\n\n")
    assert lines[-1] == "Rome · price: 58.00"
    assert len(lines) == 50_001
    assert process_time() - started < 10


@pytest.mark.parametrize("data", [b"", b"\n\n", b",,,\n,,\n", b"sep=;\n"])
def test_a_file_without_cells_is_refused(parse: Parse, data: bytes) -> None:
    """With the remedy."""
    with pytest.raises(LoadError, match="has no cell with text; fill it"):
        parse("a.csv", data)

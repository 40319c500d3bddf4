"""Excel: what cells show, and which of them are a table."""

from collections.abc import Sequence
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference

from index.errors import LoadError
from index.parsers import xlsx
from index.parsers.text_builder import TextBuilder
from index.types import Document
from tests.index.parsers.conftest import Parse
from tests.index.parsers.office_files import packed, saved, unpacked, workbook


def read(parse: Parse, file: bytes) -> Document:
    (document,) = parse("a.xlsx", file)
    assert isinstance(document, Document)
    return document


def test_a_workbook_of_openpyxl(parse: Parse) -> None:
    """Captions, dates, times, formats, merged cells, two header rows; hidden rows are read, hidden sheets are not."""
    file = openpyxl.Workbook()
    sheet = file.active
    sheet.title = "Costs"
    for row in [
        ["Costs of 2026"],
        ["City", "2025", None, "Open"],
        [None, "May", "June", None],
        ["Rome", 4, 5.5, time(9, 30)],
    ]:
        sheet.append(row)
    sheet.append(["Oslo", date(2026, 1, 31), datetime(2026, 1, 31, 14, 30), "=1+1"])
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("B2:C2")
    sheet["C4"].number_format = '#,##0.00 "EUR"'
    sheet.row_dimensions[5].hidden = True
    hidden = file.create_sheet("Lists")
    hidden["A1"], hidden.sheet_state = "secret", "hidden"
    document = read(parse, saved(file))
    lines = [
        "Costs",
        "Costs of 2026",
        "City · 2025 May · 2025 June · Open",
        "Rome · 2025 May: 4 · 2025 June: 5.50 EUR · Open: 09:30:00",
    ]
    assert document.text.split("\n\n") == [*lines, "Oslo · 2025 May: 2026-01-31 · 2025 June: 2026-01-31 14:30:00"]
    assert (document.title, [place.name for place in document.places]) == ("", ["sheet Costs"])


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c r="B1" t="e"><v>#DIV/0!</v></c>', ""),
        ('<c r="B1"><f>SUM(A1)</f></c>', ""),
        ('<c r="B1" t="str"><f>A1</f><v>text</v></c>', "text"),
        ('<c r="B1" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="B1" t="d"><v>2026-01-31T00:00:00</v></c>', "2026-01-31"),
        ('<c r="B1" t="s"><v>7</v></c>', ""),
        ('<c r="B1" t="s"><v>-1</v></c>', ""),
        ('<c r="B1"><v>nan</v></c>', ""),
        ('<c r="B1"><v>1e999</v></c>', ""),
        ('<c r="B1" s="99"><v>1.50</v></c>', "1.5"),
        ('<c r="B1" s="1"><v>0.12</v></c>', "12%"),
        ('<c r="B1" t="inlineStr"><is><r><t>in </t></r><r><t>line</t></r><rPh><t>x</t></rPh></is></c>', "in line"),
        ('<c r="B1" t="inlineStr"><is><t>one_x000D_\ntwo_x0007_ _x005F_x0041_</t></is></c>', "one two _x0041_"),
        ('<c r="B1" t="str"><v>a_x0009_b</v></c>', "a b"),
        ("<c><v>2</v></c>", "2"),
    ],
)
def test_cells(parse: Parse, cell: str, shown: str) -> None:
    """A formula has its stored value; an error and what is missing are left out, escaped characters are restored."""
    name = '<c r="A1" t="inlineStr"><is><t>Name</t></is></c>'
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="9"/></cellXfs>'
    document = read(parse, workbook(f'<row r="1">{name}{cell}</row>', styles=styles))
    assert document.text.removeprefix("Costs\n\n") == " · ".join(text for text in ("Name", shown) if text)


def test_absurd_places_cost_nothing(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last cell of a sheet is one cell, and a stair of cells is not filled up to a square."""
    one = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert read(parse, workbook(one)).text == "Costs\n\n1"
    widths: list[int] = []
    add_table = TextBuilder.add_table

    def measure(self: TextBuilder, rows: Sequence[Sequence[str]], has_header: bool | None = None) -> None:
        widths.extend(len(row) for row in rows)
        add_table(self, rows, has_header)

    monkeypatch.setattr(TextBuilder, "add_table", measure)
    columns = [a + b for a in "ABC" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    stair = "".join(f'<row r="{i}"><c r="{name}{i}"><v>{i}</v></c></row>' for i, name in enumerate(columns, 1))
    assert read(parse, workbook(stair)).text.split("\n\n")[1:] == [str(i) for i in range(1, 79)]
    assert set(widths) == {1}


def test_a_sheet_without_bound_is_refused(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over all sheets together."""
    monkeypatch.setattr(xlsx, "MAX_CELLS", 10)
    row = "".join(f'<c r="{column}1"><v>1</v></c>' for column in "ABCDEF")
    sheets = '<sheet name="Costs" r:id="rId1"/><sheet name="Plan" r:id="rId1"/>'
    with pytest.raises(LoadError, match="has more than 3,000,000 cells"):
        read(parse, workbook(f'<row r="1">{row}</row>', sheets))


def test_a_missing_sheet_is_damage(parse: Parse) -> None:
    """Nothing is read from half a workbook."""
    with pytest.raises(LoadError, match="is damaged"):
        read(parse, workbook("", '<sheet name="Costs" r:id="rId7"/>'))
    parts = unpacked(workbook(""))
    del parts["xl/sheet.xml"]
    with pytest.raises(LoadError, match="is damaged"):
        read(parse, packed(parts))


def test_a_sheet_that_nobody_named_is_no_heading(parse: Parse) -> None:
    """Its name is its place all the same."""
    document = read(parse, workbook('<row><c r="A1"><v>1</v></c></row>', '<sheet name="Tabelle1" r:id="rId1"/>'))
    assert (document.text, document.places[0].name) == ("1", "sheet Tabelle1")


def test_words_that_are_drawn_on_a_sheet(parse: Parse) -> None:
    """The titles of a chart, whose numbers are in cells; a text box; and a chart on a sheet of its own."""
    file = openpyxl.Workbook()
    sheet = file.active
    sheet.title = "Coal"
    sheet.append(["Region", "Tonnes"])
    sheet.append(["North", 19])
    for place in (sheet, file.create_chartsheet("Chart")):
        chart = BarChart()
        chart.title, chart.y_axis.title = f"Title on {place.title}", "Axis"
        chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2), titles_from_data=True)
        place.add_chart(chart)
    parts = unpacked(saved(file))
    box = b'<sp><txBody xmlns:a="urn:a"><a:p><a:r><a:t>In a box</a:t></a:r></a:p></txBody></sp></wsDr>'
    parts["xl/drawings/drawing1.xml"] = parts["xl/drawings/drawing1.xml"].replace(b"</wsDr>", box)
    document = read(parse, packed(parts))
    lines = ["Coal", "Region · Tonnes", "North · Tonnes: 19", "Title on Coal", "Axis", "In a box"]
    assert document.text.split("\n\n") == [*lines, "Chart", "Title on Chart", "Axis"]
    assert [place.name for place in document.places] == ["sheet Coal", "sheet Chart"]

"""OpenDocument: what LibreOffice's own files in files/ do not have."""

import odfdo
import pytest

from index.errors import LoadError
from index.parsers.office import open_cells
from index.types import Document
from tests.index.parsers.conftest import Parse
from tests.index.parsers.office_files import open_document, saved


def read(parse: Parse, name: str, file: bytes) -> Document:
    (document,) = parse(name, file)
    assert isinstance(document, Document)
    return document


def test_a_text_of_odfdo(parse: Parse) -> None:
    """Headings with their levels and numbers, lists, and the title and keywords of its properties."""
    file = odfdo.Document("text")
    file.body.clear()
    file.body.append(odfdo.Header(2, "Costs"))
    file.body.append(odfdo.Paragraph("Buy  shelves."))
    file.body.append(odfdo.List(["one", "two"]))
    file.meta.title = "The plan"
    file.meta.keyword = "travel, hotels"
    document = read(parse, "a.odt", saved(file))
    assert document.text == "1.1. Costs\n\nBuy shelves.\n\none\n\ntwo"
    assert [(heading.start, heading.level) for heading in document.headings] == [(0, 2)]
    assert (document.title, document.metadata["tags"]) == ("The plan", ["travel", "hotels"])


def test_a_sheet_of_odfdo(parse: Parse) -> None:
    """Values as they are written where the program says nothing of how they are shown."""
    file = odfdo.Document("spreadsheet")
    file.body.clear()
    table = odfdo.Table("Costs")
    for values in [["City", "Rooms", "Full"], ["Rome", 4.5, True], ["Oslo", 2, False]]:
        table.append_row(odfdo.Row())
        for i, value in enumerate(values):
            table.set_value((i, table.height - 1), value)
    file.body.append(table)
    lines = read(parse, "a.ods", saved(file)).text.lower().split("\n\n")
    assert lines == ["costs", "city · rooms · full", "rome · rooms: 4.5 · full: true", "oslo · rooms: 2 · full: false"]


def test_repeated_rows_and_cells(parse: Parse) -> None:
    """A row is read once, a cell in each of its columns, and what is empty to the end of the sheet costs nothing."""
    cell = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    row = "<table:table-row{}>{}</table:table-row>"
    rows = row.format("", "".join(cell.format("", name) for name in ("Day", "Mon", "Tue")) + empty)
    twice = cell.format("", "Rooms") + cell.format(' table:number-columns-repeated="2"', "full") + empty
    rows += row.format(' table:number-rows-repeated="1000000"', twice)
    rows += row.format(' table:number-rows-repeated="40000"', empty)
    document = read(
        parse, "a.ods", open_document("spreadsheet", f'<table:table table:name="Week">{rows}</table:table>')
    )
    assert document.text == "Week\n\nDay · Mon · Tue\n\nRooms · Mon: full · Tue: full"


def test_a_sheet_without_bound_is_refused(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes could stand for millions of cells."""
    monkeypatch.setattr(open_cells, "MAX_CELLS", 500)
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="900"><text:p>x</text:p></table:table-cell>'
    body = f'<table:table table:name="Costs"><table:table-row>{cell}</table:table-row></table:table>'
    with pytest.raises(LoadError, match="cells"):
        read(parse, "a.ods", open_document("spreadsheet", body))


@pytest.mark.parametrize("shown", ["#DIV/0!", "Err:502", "#N/A", "#REF!", "#NAME?"])
def test_errors_are_left_out(parse: Parse, shown: str) -> None:
    """Of a formula; a text that looks like one is a text."""
    cell = '<table:table-cell office:value-type="string"{}><text:p>{}</text:p></table:table-cell>'
    cells = cell.format(' table:formula="of:=1/0"', shown) + cell.format("", shown)
    body = f'<table:table table:name="Table1"><table:table-row>{cells}</table:table-row></table:table>'
    assert read(parse, "a.ods", open_document("spreadsheet", body)).text == shown


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('office:value-type="date"><text:p>1 May</text:p>', "1 May"),
        ('office:value-type="date" office:date-value="2026-01-31"><text:p>Sat</text:p>', "2026-01-31"),
        ('office:value-type="time" office:time-value="PT10H30M00.5S">', "10:30:00"),
    ],
)
def test_dates_and_times(parse: Parse, cell: str, shown: str) -> None:
    """By their value; what is shown counts if there is none, and the other way round."""
    rows = f"<table:table-row><table:table-cell {cell}</table:table-cell></table:table-row>"
    body = f'<table:table table:name="Sheet1">{rows}</table:table>'
    assert read(parse, "a.ods", open_document("spreadsheet", body)).text == shown


def test_titles_by_style_contents_and_sections(parse: Parse) -> None:
    """A title is a heading, a table of contents is left out, a section is read, and so is a frame beside the text."""
    body = '<text:p text:style-name="Title">Plan</text:p><text:table-of-content><text:p>Plan 1</text:p></text:table-of-content>'
    body += "<text:section><text:p>In <text:span>a<text:tab/></text:span>section<text:s text:c='3'/>.</text:p></text:section>"
    document = read(parse, "a.odt", open_document("text", body))
    assert (document.text, document.title) == ("Plan\n\nIn a section .", "Plan")


def test_fields_are_words(parse: Parse) -> None:
    """The title of the document inside a sentence is read, the title of a picture is not."""
    spaces = 'xmlns:draw="urn:d" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    picture = f"<draw:frame {spaces}><svg:title>A lamp</svg:title><svg:desc>It burns.</svg:desc></draw:frame>"
    body = f"<text:p>This is <text:title>The plan</text:title>.{picture}</text:p>"
    assert read(parse, "a.odt", open_document("text", body)).text == "This is The plan."


def test_numbers_of_lists(parse: Parse) -> None:
    """By the style of the outermost list; a list may continue another one, and an item begin with a number of its own."""
    level = '<text:list-level-style-number text:level="{}" style:num-format="{}" style:num-suffix="{}" text:display-levels="{}"/>'
    levels = level.format(1, "1", ".", 1) + level.format(2, "a", ")", 2)
    style = f'<text:list-style style:name="L">{levels}</text:list-style>'
    item = "<text:list-item{}><text:p>{}</text:p>{}</text:list-item>"
    inner = f"<text:list>{item.format('', 'inner', '<text:p>more</text:p>')}</text:list>"
    body = f'<text:list text:style-name="L">{item.format("", "one", inner)}{item.format("", "two", "")}</text:list>'
    body += f'<text:list text:style-name="L" text:continue-numbering="true">{item.format("", "three", "")}</text:list>'
    seven = item.format(' text:start-value="7"', "seven", "")
    body += (
        f'<text:list text:style-name="L"><text:list-header><text:p>head</text:p></text:list-header>{seven}</text:list>'
    )
    document = read(parse, "a.odt", open_document("text", style + body))
    assert document.text.split("\n\n") == ["1. one", "1.a) inner", "more", "2. two", "3. three", "head", "7. seven"]


def test_a_table_in_a_table(parse: Parse) -> None:
    """The inner one follows the outer one."""
    cell = "<table:table-cell>{}</table:table-cell>"
    words = [cell.format(f"<text:p>{word}</text:p>") for word in ("a", "b", "c")]
    inner = f"<table:table><table:table-row>{words[1]}{words[2]}</table:table-row></table:table>"
    outer = f"<table:table><table:table-row>{words[0]}{cell.format('<text:p>x</text:p>' + inner)}</table:table-row></table:table>"
    assert read(parse, "a.odt", open_document("text", outer)).text == "a · x\n\nb · c"


CHART = """<c:document-content xmlns:c="urn:c" xmlns:text="urn:t" xmlns:table="urn:table"><c:body><c:chart><c:chart>
<c:title><text:p>Share</text:p></c:title><c:plot-area><c:axis><c:title><text:p>Tonnes</text:p></c:title></c:axis></c:plot-area>
<table:table><table:table-header-rows><table:table-row>{}</table:table-row></table:table-header-rows>
<table:table-rows><table:table-row>{}</table:table-row></table:table-rows></table:table>
</c:chart></c:chart></c:body></c:document-content>"""


@pytest.mark.parametrize("kind", ["text", "presentation", "spreadsheet"])
def test_a_chart(parse: Parse, kind: str) -> None:
    """Its titles and its table; on a sheet, its numbers are in cells. Another object is no chart."""
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = [["", "2025", "2026"], ["North", "NaN", "12"]]
    chart = CHART.format(*("".join(cell.format(words) for words in row) for row in rows))
    spaces = 'xmlns:draw="urn:draw" xmlns:xlink="urn:xlink"'
    frame = f'<draw:frame {spaces}><draw:object xlink:href="./Object {{}}"/></draw:frame>'
    frames = "".join(frame.format(number) for number in (1, 2, "../../x"))
    body = {
        "text": f"<text:p>See:{frames}</text:p>",
        "presentation": f"<page><frame><text-box><text:p>See:</text:p></text-box></frame>{frames}</page>",
        "spreadsheet": f'<table:table table:name="Sheet1"><table:shapes><text:p>See:</text:p></table:shapes><table:table-row>'
        f"<table:table-cell>{frames}</table:table-cell></table:table-row></table:table>",
    }[kind]
    parts = {"Object 1/content.xml": chart, "Object 2/content.xml": "<math/>"}
    name = {"text": "a.odt", "presentation": "a.odp", "spreadsheet": "a.ods"}[kind]
    shown = read(parse, name, open_document(kind, body, **parts)).text.split("\n\n")
    assert shown == ["See:", "Share", "Tonnes", *(["2025 · 2026", "North · 2026: 12"] if kind != "spreadsheet" else [])]

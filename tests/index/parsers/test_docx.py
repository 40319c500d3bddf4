"""Word: styles, tables in tables, notes, boxes and tracked changes."""

import docx
import pytest

from index.types import Document
from tests.index.parsers.conftest import Parse
from tests.index.parsers.office_files import R, paragraph, saved, word

STYLED = '<w:style w:styleId="{}"><w:name w:val="{}"/>{}</w:style>'


def read(parse: Parse, file: bytes) -> Document:
    (document,) = parse("a.docx", file)
    assert isinstance(document, Document)
    return document


def text(parse: Parse, body: str, **parts: str) -> str:
    return read(parse, word(body, **parts)).text


def test_a_document_of_python_docx(parse: Parse) -> None:
    """Headings by style, lists, merged cells, a table in a cell, properties; neither header nor footer."""
    file = docx.Document()
    file.core_properties.title, file.core_properties.author = "Word Document", "python-docx"
    file.core_properties.keywords = "travel; hotels, food"
    file.sections[0].header.paragraphs[0].text = "Running head"
    file.sections[0].footer.paragraphs[0].text = "Running foot"
    file.add_heading("The plan", 0)
    file.add_heading("Costs", 2)
    file.add_paragraph("Buy shelves.", style="List Number")
    table = file.add_table(4, 3)
    for cell, words in zip(
        [c for row in table.rows for c in row.cells],
        "Part Price Days Shelf 58 2 Lamp 7 1 Sum 65 3".split(),
        strict=True,
    ):
        cell.text = words
    table.cell(1, 0).merge(table.cell(2, 0)).text = "Shelf"
    table.cell(3, 1).merge(table.cell(3, 2)).text = "65 in 3 days"
    nested = table.cell(3, 0).add_table(2, 2)
    for cell, words in zip([c for row in nested.rows for c in row.cells], ["Who", "When", "Ada", "May"], strict=True):
        cell.text = words
    document = read(parse, saved(file))
    lines = ["The plan", "Costs", "1. Buy shelves.", "Part · Price · Days", "Shelf · Price: 58 · Days: 2"]
    lines += ["Shelf · Price: 7 · Days: 1", "Sum · Price: 65 in 3 days", "Who · When", "Ada · When: May"]
    assert document.text.split("\n\n") == lines
    assert [(document.text[h.start : h.end], h.level) for h in document.headings] == [("The plan", 1), ("Costs", 2)]
    assert document.title == "The plan"
    assert "author" not in document.metadata
    assert document.metadata["tags"] == ["travel", "hotels", "food"]


def test_headings_by_outline_and_by_another_style(parse: Parse) -> None:
    """A level of the paragraph's own wins; a style without one has that of the style it is based on."""
    styles = STYLED.format("a", "Heading 3", "") + STYLED.format("b", "House", '<w:basedOn w:val="a"/>')
    styles += STYLED.format("loop", "Loop", '<w:basedOn w:val="loop"/>')
    body = paragraph("One", '<w:pStyle w:val="b"/>') + paragraph("Two", '<w:outlineLvl w:val="1"/>')
    body += paragraph("Three", '<w:pStyle w:val="a"/><w:outlineLvl w:val="9"/>')
    body += paragraph("Four", '<w:pStyle w:val="loop"/>') + paragraph("Five", '<w:pStyle w:val="gone"/>')
    document = read(parse, word(body, styles=styles))
    assert [(document.text[h.start : h.end], h.level) for h in document.headings] == [("One", 3), ("Two", 2)]


def test_tracked_changes(parse: Parse) -> None:
    """As if all were accepted, also for rows of tables."""
    run = "<w:r><w:t>{}</w:t></w:r>"
    body = f"<w:p>{run.format('gets ')}<w:del><w:r><w:delText>forty</w:delText></w:r></w:del>"
    body += f"<w:ins>{run.format('fifty')}</w:ins><w:moveFrom>{run.format('moved')}</w:moveFrom></w:p>"
    cell = f"<w:tc>{paragraph('{}')}</w:tc>"
    row = "<w:tr>{}" + cell.format("a") + cell.format("b") + "</w:tr>"
    body += "<w:tbl>" + row.format("") + row.replace(">a<", ">c<").format("<w:trPr><w:del/></w:trPr>") + "</w:tbl>"
    assert text(parse, body) == "gets fifty\n\na · b"


def test_hidden_words(parse: Parse) -> None:
    """By a property or a style; a property that is turned off hides nothing."""
    run = "<w:r><w:rPr>{}</w:rPr><w:t>{} </w:t></w:r>"
    runs = [("<w:vanish/>", "no"), ('<w:vanish w:val="0"/>', "yes"), ('<w:rStyle w:val="h"/>', "no"), ("", "too")]
    body = "<w:p>" + "".join(run.format(*one) for one in runs) + "</w:p>"
    styles = STYLED.format("h", "Secret", "<w:rPr><w:vanish/></w:rPr>")
    assert text(parse, body, styles=styles) == "yes too"


def test_notes_follow_their_paragraph(parse: Parse) -> None:
    """In a table, the table; a note that nothing refers to, such as a separator, is left out."""
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    notes = f'<w:footnote w:id="0">{paragraph("-----")}</w:footnote><w:footnote w:id="2">{paragraph("See below.")}</w:footnote>'
    ends = f'<w:endnote w:id="2">{paragraph("The end.")}</w:endnote>'
    body = f"<w:p><w:r><w:t>Words</w:t></w:r>{mark}<w:r><w:t> and</w:t></w:r></w:p>"
    cells = f"<w:tc>{paragraph('a')}</w:tc><w:tc><w:p>{mark.replace('footnote', 'endnote')}<w:r><w:t>b</w:t></w:r></w:p></w:tc>"
    body += f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    assert text(parse, body, footnotes=notes, endnotes=ends).split("\n\n") == [
        "Words and",
        "Footnote: See below.",
        "a · b",
        "Endnote: The end.",
    ]


def test_a_box_is_read_once(parse: Parse) -> None:
    """It is in the file twice, the second time for old programs."""
    box = f"<w:txbxContent>{paragraph('In the box.')}</w:txbxContent>"
    both = f"<mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    body = f"<w:p><w:r><w:t>Before</w:t>{both}<w:t> after</w:t></w:r></w:p>"
    assert text(parse, body) == "Before after\n\nIn the box."


@pytest.mark.parametrize(
    "contents",
    [
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{paragraph('Costs 3')}</w:sdtContent></w:sdt>",
        paragraph("Costs 3", '<w:pStyle w:val="toc1"/>'),
    ],
)
def test_a_table_of_contents_is_left_out(parse: Parse, contents: str) -> None:
    """Another content control is read."""
    body = contents + f"<w:sdt><w:sdtContent>{paragraph('Text')}</w:sdtContent></w:sdt>"
    assert text(parse, body, styles=STYLED.format("toc1", "toc 1", "")) == "Text"


def test_what_is_no_letter(parse: Parse) -> None:
    """Tabs, breaks and hyphens; the instruction of a field is not shown, its result is."""
    runs = "<w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t><w:br w:type='page'/>"
    runs += "<w:instrText>PAGEREF x</w:instrText><w:t>7</w:t>"
    assert (
        text(parse, f"<w:p><w:r>{runs}</w:r><w:hyperlink><w:r><w:t> link</w:t></w:r></w:hyperlink></w:p>")
        == "a b\nc-d7 link"
    )


def test_a_frame_around_text_is_no_table(parse: Parse) -> None:
    """Headings and paragraphs in it are what they are."""
    body = f"<w:tbl><w:tr><w:tc>{paragraph('One.')}{paragraph('Two.')}</w:tc></w:tr></w:tbl>"
    assert text(parse, body) == "One.\n\nTwo."


def test_header_rows_and_absurd_spans(parse: Parse) -> None:
    """Two marked header rows name a column together; a span without bound costs nothing."""
    cell = "<w:tc><w:tcPr>{}</w:tcPr>" + paragraph("{}") + "</w:tc>"
    wide, head = '<w:gridSpan w:val="2"/>', "<w:trPr><w:tblHeader/></w:trPr>"
    rows = [
        head + cell.format("", "") + cell.format(wide, "2025"),
        head + "".join(cell.format("", x) for x in ("", "May", "June")),
    ]
    rows += [
        "".join(cell.format("", x) for x in ("Rome", "4", "5")),
        cell.format('<w:gridSpan w:val="999999999"/>', "x") + cell.format("", "y"),
    ]
    body = "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"
    assert text(parse, body).split("\n\n")[:2] == ["2025 May · 2025 June", "Rome · 2025 May: 4 · 2025 June: 5"]


LEVEL = '<w:lvl w:ilvl="{}"><w:start w:val="1"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/>{}</w:lvl>'
NUMBERED = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{}"/></w:numPr>'


def test_numbers_of_lists_and_headings(parse: Parse) -> None:
    """Computed as Word does: by style, level by level, continued by another list unless that begins again."""
    levels = [("upperRoman", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "%3)"), ("bullet", "·")]
    outline = "".join(LEVEL.format(i, kind, shown, "<w:isLgl/>" * (i == 1)) for i, (kind, shown) in enumerate(levels))
    numbering = f'<w:abstractNum w:abstractNumId="1">{outline}</w:abstractNum>'
    numbering += '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>' + (
        '<w:num w:numId="2"><w:abstractNumId w:val="1"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>'
    )
    styles = STYLED.format("h1", "Heading 1", f"<w:pPr>{NUMBERED.format(0, 1)}</w:pPr>")
    rows = [("Scope", '<w:pStyle w:val="h1"/>'), ("Aim", NUMBERED.format(1, 1)), ("", NUMBERED.format(1, 1))]
    rows += [("Terms", NUMBERED.format(1, 1)), ("one", NUMBERED.format(2, 1)), ("dot", NUMBERED.format(3, 1))]
    rows += [("Method", '<w:pStyle w:val="h1"/>'), ("Steps", NUMBERED.format(1, 1)), ("Seven", NUMBERED.format(0, 2))]
    rows += [("plain", '<w:pStyle w:val="h1"/>' + NUMBERED.format(0, 0)), ("unknown", NUMBERED.format(9, 9))]
    body = "".join(paragraph(words, properties) for words, properties in rows)
    assert text(parse, body, styles=styles, numbering=numbering).split("\n\n") == [
        "I. Scope",
        "1.1 Aim",
        "1.3 Terms",
        "a) one",
        "dot",
        "II. Method",
        "2.1 Steps",
        "VII. Seven",
        "plain",
        "unknown",
    ]


def test_a_chart_and_a_diagram(parse: Parse) -> None:
    """They follow their paragraph, also one in a cell; one whose part is missing or damaged costs nothing else."""
    spaces = f'xmlns:c="urn:c" xmlns:d="urn:d" xmlns:r="{R}"'
    drawing = f'<w:r><w:drawing {spaces}><c:chart r:id="{{}}"/></w:drawing></w:r>'
    diagram = f'<w:r><w:drawing {spaces}><d:relIds r:dm="diagramData"/></w:drawing></w:r>'
    values = '<c:numRef><c:numCache><c:formatCode>0.0"%"</c:formatCode><c:pt idx="0"><c:v>12</c:v></c:pt></c:numCache></c:numRef>'
    names = '<c:strRef><c:strCache><c:pt idx="0"><c:v>{}</c:v></c:pt></c:strCache></c:strRef>'
    chart = '<c:chart xmlns:c="urn:c" xmlns:a="urn:a"><c:title><a:p><a:r><a:t>Share</a:t></a:r></a:p></c:title><c:ser>'
    chart += f"<c:tx>{names.format('2026')}</c:tx><c:cat>{names.format('North')}</c:cat><c:val>{values}</c:val></c:ser></c:chart>"
    point = '<d:pt xmlns:d="urn:d"><d:t><a:p xmlns:a="urn:a"><a:r><a:t>Plan</a:t></a:r></a:p></d:t></d:pt>'
    body = f"<w:p><w:r><w:t>See:</w:t></w:r>{drawing.format('chart')}{drawing.format('lost')}{drawing.format('broken')}</w:p>"
    cell = "<w:tc><w:p>{}</w:p></w:tc>"
    body += f"<w:tbl><w:tr>{cell.format('<w:r><w:t>x</w:t></w:r>')}{cell.format(diagram)}</w:tr></w:tbl>"
    document = text(parse, body, chart=chart, diagramData=point, broken="<c:ser>")
    assert document.split("\n\n") == ["See:", "Share", "2026", "North · 2026: 12.0%", "x", "Plan"]

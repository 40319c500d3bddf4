"""Office files for tests: by python-docx, python-pptx, openpyxl and odfdo, and by hand from a few lines of XML."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
ROOT = f'<Relationship Id="rId1" Type="{R}/officeDocument" Target="{{}}"/>'
TABLE = [["Country", "Daily allowance", "Hotel"], ["France", "58.00 EUR", "120.00 EUR"], ["Japan", "62.00 EUR", ""]]
LINES = "Country · Daily allowance · Hotel\n\nFrance · Daily allowance: 58.00 EUR · Hotel: 120.00 EUR\n\nJapan · Daily allowance: 62.00 EUR"


def saved(file: Any) -> bytes:  # noqa: ANN401 -- whatever has a method to save itself
    """The bytes of a document, presentation or workbook."""
    stream = BytesIO()
    file.save(stream)
    return stream.getvalue()


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """An archive of parts."""
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


def unpacked(file: bytes) -> dict[str, bytes]:
    """The parts of an archive."""
    with zipfile.ZipFile(BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def word(body: str, prolog: str = "", **related: str) -> bytes:
    """A Word file with this body, and parts such as ``footnotes`` and ``styles``; a part is what is in its root."""
    links = "".join(f'<Relationship Id="{kind}" Type="{R}/{kind}" Target="{kind}.xml"/>' for kind in related)
    space = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    return packed(
        {
            "_rels/.rels": RELATIONS.format(ROOT.format("word/document.xml")),
            "word/_rels/document.xml.rels": RELATIONS.format(links),
            "word/document.xml": f'{prolog}<w:document xmlns:w="{W}" {space}><w:body>{body}</w:body></w:document>',
            **{f"word/{kind}.xml": f'<w:{kind} xmlns:w="{W}">{part}</w:{kind}>' for kind, part in related.items()},
        }
    )


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph of a Word file."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def workbook(sheet: str, sheets: str = '<sheet name="Costs" r:id="rId1"/>', styles: str = "") -> bytes:
    """An Excel file whose sheets are all the same."""
    links = f'<Relationship Id="rId1" Type="{R}/worksheet" Target="sheet.xml"/>'
    links += f'<Relationship Id="rId2" Type="{R}/styles" Target="styles.xml"/>'
    return packed(
        {
            "_rels/.rels": RELATIONS.format(ROOT.format("xl/workbook.xml")),
            "xl/_rels/workbook.xml.rels": RELATIONS.format(links),
            "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{sheets}</sheets></workbook>',
            "xl/sheet.xml": f'<worksheet xmlns="{S}"><sheetData>{sheet}</sheetData></worksheet>',
            "xl/styles.xml": f'<styleSheet xmlns="{S}">{styles}</styleSheet>',
        }
    )


def open_document(kind: str, body: str, **parts: str) -> bytes:
    """An OpenDocument file with this content."""
    spaces = " ".join(f'xmlns:{name}="{OPEN}{name}:1.0"' for name in ("office", "text", "table", "style"))
    content = f"<office:document-content {spaces}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    return packed({"content.xml": content, **parts})


def docx_with_table(rows: Sequence[Sequence[str]]) -> bytes:
    """A document by python-docx."""
    import docx

    document = docx.Document()
    table = document.add_table(len(rows), len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return saved(document)


def pptx_with_table(rows: Sequence[Sequence[str]]) -> bytes:
    """A presentation by python-pptx."""
    import pptx

    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = slide.shapes.add_table(len(rows), len(rows[0]), 0, 0, 1000, 1000).table
    for i, texts in enumerate(rows):
        for j, text in enumerate(texts):
            table.cell(i, j).text = text
    return saved(presentation)


def xlsx_with_table(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook by openpyxl."""
    import openpyxl

    file = openpyxl.Workbook()
    for texts in rows:
        file.active.append([text or None for text in texts])
    return saved(file)


def odt_with_table(rows: Sequence[Sequence[str]]) -> bytes:
    """A text by odfdo."""
    import odfdo

    document = odfdo.Document("text")
    document.body.clear()
    document.body.append(_open_table(rows))
    return saved(document)


def ods_with_table(rows: Sequence[Sequence[str]]) -> bytes:
    """A sheet by odfdo."""
    import odfdo

    document = odfdo.Document("spreadsheet")
    document.body.clear()
    document.body.append(_open_table(rows))
    return saved(document)


def _open_table(rows: Sequence[Sequence[str]]) -> Any:  # noqa: ANN401 -- odfdo.Table
    import odfdo

    table = odfdo.Table("Table1")
    for texts in rows:
        row = odfdo.Row()
        for text in texts:
            row.append_cell(odfdo.Cell(text or None))
        table.append_row(row)
    return table


def rtf_with_table(rows: Sequence[Sequence[str]]) -> bytes:
    """Rich text as WordPad writes it."""
    edges = "".join(f"\\cellx{1000 * (i + 1)}" for i in range(len(rows[0])))
    body = "".join(
        f"\\trowd{edges}\\pard\\intbl " + "".join(f"{text}\\cell " for text in row) + "\\row\n" for row in rows
    )
    return f"{{\\rtf1\\ansi\\ansicpg1252\\deff0{{\\fonttbl{{\\f0 Arial;}}}}\n{body}\\pard\\par}}".encode("ascii")


BY_EXTENSION = {
    ".docx": docx_with_table,
    ".ods": ods_with_table,
    ".odt": odt_with_table,
    ".pptx": pptx_with_table,
    ".rtf": rtf_with_table,
    ".xlsx": xlsx_with_table,
}

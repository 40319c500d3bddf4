"""The formats of the collection, each written as the programs of an office write it."""

import mimetypes
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from io import BytesIO
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import regex

from benchmarks.office.sources import Block, Source

# A writer returns the bytes of a file.
Writer = Callable[[Source], bytes]
AMOUNT = regex.compile(r"(?P<digits>-?\d{1,3}(?:,\d{3})*(?:\.(?P<decimals>\d+))?)(?P<unit> EUR)?")
SHARE = regex.compile(r"(?P<sign>[+-]?)(?P<digits>\d+)(?:\.(?P<decimals>\d+))? ?%")
XHTML = '<?xml version="1.0" encoding="utf-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml"{attributes}>{body}</html>'
CONTAINER = (
    '<?xml version="1.0"?>\n<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    '<rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
# A member of a zip archive has a date, which is the same in every run.
ZIP_DATE = (2026, 1, 1, 0, 0, 0)
PROPERTIES = "docProps/core.xml"
MODIFIED = regex.compile(rb"(?<=<dcterms:modified[^>]*>)[^<]*")


def write_docx(source: Source) -> bytes:
    """Write a Word file with headings and tables."""
    from docx import Document

    document = Document()
    _describe(document.core_properties, source)
    for block in source.blocks:
        if block.kind == "heading":
            document.add_heading(block.text, block.level)
        elif block.kind == "table":
            table = document.add_table(rows=0, cols=len(block.rows[0]))
            for row in block.rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        else:
            for line in block.lines if block.kind == "bullets" else [block.text]:
                document.add_paragraph(line, style="List Bullet" if block.kind == "bullets" else None)
    return _save(document.save)


def write_xlsx(source: Source) -> bytes:
    """Write a workbook with a sheet for each heading; numbers, dates and times are no texts in it."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    _describe(book.properties, source)
    for name, blocks in source.split_at_headings():
        sheet, number = book.create_sheet(name), 1
        for block in blocks:
            for row in block.rows if block.kind == "table" else [[block.text]]:
                for column, text in enumerate(row, 1):
                    cell = sheet.cell(number, column)
                    cell.value, cell.number_format = to_cell(text)
                number += 1
            number += 1
    # openpyxl takes the present for the time of the last change.
    return _save(book.save, _find_time(source))


def to_cell(text: str) -> tuple[object, str]:
    """Return the value of a cell of a sheet, and the format of numbers that shows it as ``text``."""
    if text.isdecimal() and len(text) <= 4 and not text.startswith("0"):
        return int(text), "0"
    if share := SHARE.fullmatch(text):
        decimals = f".{'0' * len(share['decimals'])}" if share["decimals"] else ""
        form = f"0{decimals}{' ' * (' ' in text)}%"
        value = float(f"{share['sign']}{share['digits']}.{share['decimals'] or 0}") / 100
        return value, f"+{form};-{form};{form}" if share["sign"] else form
    if amount := AMOUNT.fullmatch(text):
        decimals = f".{'0' * len(amount['decimals'])}" if amount["decimals"] else ""
        return float(amount["digits"].replace(",", "")), f"#,##0{decimals}" + ' "EUR"' * bool(amount["unit"])
    for parse, form in ((date.fromisoformat, "yyyy-mm-dd"), (time.fromisoformat, "hh:mm")):
        if regex.fullmatch(r"\d{4}-\d\d-\d\d|\d\d:\d\d", text):
            try:
                return parse(text), form
            except ValueError:
                continue
    return text, "General"


def write_pptx(source: Source) -> bytes:
    """Write a presentation with a slide for each heading, and the notes of its speaker."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    _describe(deck.core_properties, source)
    for number, (title, blocks) in enumerate(source.split_at_headings()):
        tables = [block for block in blocks if block.kind == "table"]
        # The layouts of the default template: a title slide, title and content, title only.
        slide = deck.slides.add_slide(deck.slide_layouts[0 if not number else 5 if tables else 1])
        slide.shapes.title.text = title
        lines = [line for block in blocks if block.kind in {"paragraph", "bullets"} for line in block.lines]
        if lines:
            slide.placeholders[1].text = "\n".join(lines)
        for table in tables:
            rows = table.rows
            shape = slide.shapes.add_table(len(rows), len(rows[0]), Inches(1), Inches(2), Inches(8), Inches(3))
            for r, row in enumerate(rows):
                for c, text in enumerate(row):
                    shape.table.cell(r, c).text = text
        notes = [block.text for block in blocks if block.kind == "notes"]
        if notes:
            slide.notes_slide.notes_text_frame.text = "\n".join(notes)
    return _save(deck.save)


def write_eml(source: Source) -> bytes:
    """Write a mail: in plain text as it is, or in HTML."""
    mail = EmailMessage(policy=SMTP)
    for name, value in source.headers.items():
        if name != "Format":
            mail[{"Title": "Subject", "Author": "From"}.get(name, name)] = value
    if source.headers["Format"] == "html":
        mail.set_content(f"<html><body>{_to_html(source.blocks)}</body></html>", subtype="html")
    else:
        mail.set_content(source.body + "\n")
    return mail.as_bytes()


def write_epub(source: Source) -> bytes:
    """Write a book of EPUB 3 with a chapter for each heading."""
    chapters = list(source.split_at_headings())
    names = [f"chapter{number}.xhtml" for number in range(1, len(chapters) + 1)]
    items = "".join(
        f'<item id="c{i}" href="{name}" media-type="{mimetypes.types_map[".xhtml"]}"/>' for i, name in enumerate(names)
    )
    spine = "".join(f'<itemref idref="c{i}"/>' for i in range(len(names)))
    package = (
        '<?xml version="1.0"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:example:mirrin'
        f"</dc:identifier><dc:title>{escape(source.title)}</dc:title><dc:creator>{escape(source.author)}</dc:creator>"
        f"<dc:language>en</dc:language></metadata><manifest>{items}"
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/></manifest>'
        f"<spine>{spine}</spine></package>"
    )
    entries = "".join(
        f'<li><a href="{name}">{escape(title)}</a></li>' for name, (title, _) in zip(names, chapters, strict=True)
    )
    nav = f'<body><nav epub:type="toc"><ol>{entries}</ol></nav></body>'
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "book.opf": package,
        "nav.xhtml": XHTML.format(attributes=' xmlns:epub="http://www.idpf.org/2007/ops"', body=nav),
    }
    for name, (title, blocks) in zip(names, chapters, strict=True):
        body = f"<body><h1>{escape(title)}</h1>{_to_html(blocks)}</body>"
        members[name] = XHTML.format(attributes="", body=body)
    return pack({name: text.encode() for name, text in members.items()})


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of files by name."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(ZipInfo(name, ZIP_DATE), content)
    return buffer.getvalue()


WRITERS: Mapping[str, Writer] = {
    ".docx": write_docx,
    ".eml": write_eml,
    ".epub": write_epub,
    ".pptx": write_pptx,
    ".xlsx": write_xlsx,
}


def _describe(properties: Any, source: Source) -> None:  # noqa: ANN401 - of three libraries, with the same names
    properties.title = source.title
    properties.creator = properties.author = source.author
    properties.created = properties.modified = _find_time(source)


def _find_time(source: Source) -> datetime:
    return datetime.combine(source.date, time(9))


def _save(save: Callable[[Any], object], modified: datetime | None = None) -> bytes:
    """Return what a library writes, without the time at which it does."""
    buffer = BytesIO()
    save(buffer)
    with ZipFile(buffer) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if modified:
        members[PROPERTIES] = MODIFIED.sub(f"{modified.isoformat()}Z".encode(), members[PROPERTIES])
    return pack(members)


def _to_html(blocks: list[Block]) -> str:
    pieces = []
    for block in blocks:
        if block.kind == "table":
            rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in block.rows)
            pieces.append(f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>")
        else:
            pieces.append(f"<p>{escape(block.text)}</p>")
    return "".join(pieces)

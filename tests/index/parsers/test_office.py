"""What holds for all office formats: real files of several programs, tables, and files that nobody should open."""

import re
from pathlib import Path

import pptx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.parsers.office import package
from index.types import Document, LoadProblem, Place
from tests.index.parsers.conftest import Parse
from tests.index.parsers.office_files import (
    BY_EXTENSION,
    LINES,
    TABLE,
    open_document,
    packed,
    paragraph,
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


@pytest.mark.parametrize("extension", PACKED)
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_damage_inside_is_survived(parse: Parse, extension: str, data: st.DataObject) -> None:
    """A part that is missing, cut, or changed in the middle ends in a text or a reason."""
    parts = unpacked(SAMPLES[extension])
    name = data.draw(st.sampled_from(sorted(parts)))
    part = parts[name]
    start = data.draw(st.integers(0, len(part)))
    tags = re.findall(rb"<[^<>?!]+>", part) or [b""]
    parts[name] = data.draw(
        st.sampled_from(
            [part[:start], part.replace(data.draw(st.sampled_from(tags)), b""), part.replace(b'="', b'="9')]
        )
    )
    if data.draw(st.booleans()):
        del parts[name]
    try:
        items = parse("a" + extension, packed(parts))
    except LoadError:
        return
    assert all(item.text.encode() or True for item in items if isinstance(item, Document))


@pytest.mark.parametrize("extension", [*PACKED, ".rtf"])
@pytest.mark.parametrize("size", [0, 10, 0.5, 0.95])
def test_a_cut_file_is_refused(parse: Parse, extension: str, size: float) -> None:
    """Nothing is read from half a file, which would pass for the whole."""
    sample = SAMPLES[extension]
    with pytest.raises(LoadError, match=r"is damaged or not an? |is cut off"):
        parse("a" + extension, sample[: int(len(sample) * size) if size < 1 else int(size)])


@pytest.mark.parametrize("extension", PACKED)
def test_old_and_encrypted_files_are_refused(parse: Parse, extension: str) -> None:
    """The message says what to do."""
    with pytest.raises(LoadError, match=f"before 2007, whatever its name says; open it and save it as {extension}"):
        parse("a" + extension, package.COMPOUND_FILE + b"\0" * 5000)
    with pytest.raises(LoadError, match="is encrypted; save a copy without a password"):
        parse("a" + extension, package.COMPOUND_FILE + b"\0" * 5000 + package.ENCRYPTED_STREAM)


def test_an_encrypted_opendocument_is_refused(parse: Parse) -> None:
    """Its manifest says so; its parts are noise."""
    manifest = '<m:manifest xmlns:m="urn:x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>'
    with pytest.raises(LoadError, match="is encrypted"):
        parse("a.odt", packed({"content.xml": b"\x8f\x01noise", "META-INF/manifest.xml": manifest}))


@pytest.mark.parametrize("extension", PACKED)
@pytest.mark.parametrize("parts", [{}, {"mimetype": "application/zip"}, {"content.xml": "<a/>", "_rels/.rels": "<a/>"}])
def test_another_archive_is_refused(parse: Parse, extension: str, parts: dict[str, str]) -> None:
    """Whatever its name says."""
    with pytest.raises(LoadError, match=f"is damaged or not a {extension} file"):
        parse("a" + extension, packed(parts))


def test_a_bomb_is_not_unpacked(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not beyond the limit, even if the archive states another size."""
    bomb = word(paragraph("x" * 3_000_000))
    assert len(bomb) < 10_000
    monkeypatch.setattr(package, "MAX_PART_BYTES", 2_000_000)
    with pytest.raises(LoadError, match="unpacks to more than 2,000,000 bytes"):
        parse("a.docx", bomb)
    lying = bomb.replace((3_000_000 + bomb_overhead(bomb)).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != bomb
    with pytest.raises(LoadError):
        parse("a.docx", lying)


def bomb_overhead(bomb: bytes) -> int:
    """Bytes of the large part that are not its letters."""
    return len(unpacked(bomb)["word/document.xml"]) - 3_000_000


def test_all_parts_together_are_limited(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of many parts is no way around the limit of one."""
    monkeypatch.setattr(package, "MAX_TOTAL_BYTES", 3000)
    with pytest.raises(LoadError, match="unpacks to more than"):
        parse("a.docx", word(paragraph("x" * 4000)))


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">',
    ],
)
def test_a_document_type_is_refused(parse: Parse, prolog: str) -> None:
    """So no entity grows, and no other file is read."""
    with pytest.raises(LoadError, match="contains a document type"):
        parse("a.docx", word(paragraph("text &b;" if "ENTITY" in prolog else "text"), prolog))


def test_an_entity_of_a_sheet_is_refused(parse: Parse) -> None:
    """Sheets are read in another way, which must be as safe."""
    parts = unpacked(SAMPLES[".xlsx"])
    sheet = parts["xl/worksheets/sheet1.xml"].partition(b"?>")[2]
    parts["xl/worksheets/sheet1.xml"] = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + sheet
    with pytest.raises(LoadError, match="contains a document type"):
        parse("a.xlsx", packed(parts))


def test_links_that_lead_out_are_not_followed(parse: Parse, tmp_path: Path) -> None:
    """Neither to a file beside nor to a server."""
    (tmp_path / "secret.xml").write_text("<w:document/>")
    parts = unpacked(word(paragraph("text")))
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"word/document.xml", b"../secret.xml")
    with pytest.raises(LoadError, match="is damaged"):
        parse("a.docx", packed(parts))
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"<Relationship ", b'<Relationship TargetMode="External" ')
    with pytest.raises(LoadError, match="is damaged"):
        parse("a.docx", packed(parts))


@pytest.mark.parametrize("depth", [200, 5000])
def test_deep_nesting_is_survived(parse: Parse, depth: int) -> None:
    """Beyond what the XML parser allows it is damage, below it is text."""
    text = paragraph("deep")
    bodies = [f"{'<w:sdt>' * depth}{text}{'</w:sdt>' * depth}"]
    table = "<w:tbl><w:tr><w:tc>", f"</w:tc><w:tc>{text}</w:tc></w:tr></w:tbl>"
    bodies.append(f"{table[0] * (depth // 4)}{text}{table[1] * (depth // 4)}")
    for body in bodies:
        if depth > 1000:
            with pytest.raises(LoadError, match="is damaged"):
                parse("a.docx", word(body))
        else:
            assert "deep" in read(parse, "a.docx", word(body)).text


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

"""Office files that are damaged, old, encrypted, or made to harm."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.parsers.office import package
from index.types import Document
from tests.index.parsers.conftest import Parse
from tests.index.parsers.office_files import packed, paragraph, unpacked, word
from tests.index.parsers.samples import SAMPLES

PACKED = [".docx", ".odp", ".ods", ".odt", ".pptx", ".xlsx"]


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
            (document,) = parse("a.docx", word(body))
            assert isinstance(document, Document)
            assert "deep" in document.text

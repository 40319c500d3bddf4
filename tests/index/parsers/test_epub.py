"""Books: chapters in reading order under their names, tables by rows, and no damaged or hostile one does harm."""

from pathlib import Path

import pytest

from index.errors import LoadError
from index.types import Document, LoadProblem
from tests.index.parsers.conftest import Parse
from tests.index.parsers.samples import BOOK_PAGES, PACKAGE, book

FILES = Path(__file__).parent / "files" / "epub"
TABLE = "Item · Weight · Price\n\nLamp · Weight: 2 kg · Price: 40 EUR\n\nRope · Weight: 5 kg · Price: 30 EUR"
ENCRYPTION = """<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData
 xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="{}"/></EncryptedData></encryption>"""


def read(parse: Parse, data: bytes) -> Document:
    """The only document of a book without problems."""
    (document,) = parse("a.epub", data)
    assert isinstance(document, Document)
    return document


def split(document: Document) -> dict[str, str]:
    """The text of each place."""
    ends = [place.start for place in document.places[1:]] + [len(document.text)]
    return {p.name: document.text[p.start : end].strip() for p, end in zip(document.places, ends, strict=True)}


@pytest.mark.parametrize("version", [2, 3])
def test_books_of_pandoc(parse: Parse, version: int) -> None:
    """Both versions of the format: fields, places by the contents, which are left out, and notes with their numbers."""
    document = read(parse, (FILES / f"pandoc-{version}.epub").read_bytes())
    assert document.title == "Die Stadt: A Guide"
    assert document.metadata == {
        "author": "Anna Meier, Ben Schulz",
        "language": "en",
        "date": "2021-05-04",
        "publisher": "Netsphere Press",
    }
    assert document.text.startswith(
        "Die Stadt: A Guide\n\nAnna Meier\n\nBen Schulz\n\nNetsphere Press\n\n2021-05-04\n\nThe"
    )
    places = split(document)
    assert list(places)[-3:] == ["The wanderer", "The wanderer: Equipment", "The city"]
    assert places["The wanderer"] == "The wanderer\n\nKilly walks through the City.[1] He meets Cibo – a scientist."
    assert places["The wanderer: Equipment"] == (
        f"Equipment\n\n{TABLE}\n\n1. Killy carries a Gravitational Beam Emitter."
    )
    assert places["The city"] == (
        "The city\n\nThe city never ends. Its levels are 3000 km high.\n\n1. Go up.\n2. Cross the gap.\n\n"
        'def walk():\n    return "on"'
    )


def test_a_book_of_libreoffice(parse: Parse) -> None:
    """It marks no headings, so the contents alone say where a chapter begins."""
    document = read(parse, (FILES / "libreoffice.epub").read_bytes())
    assert document.metadata["author"] == "Anna Meier; Ben Schulz"
    places = split(document)
    assert list(places) == ["Section 1", "The wanderer", "The city"]
    assert places["The wanderer"].endswith("Rope · 5 kg · 30 EUR\n\n[1] Killy carries a Gravitational Beam Emitter.")


def test_a_book_of_sphinx(parse: Parse) -> None:
    """Sections of chapters are named with their chapter; code keeps its lines."""
    places = split(read(parse, (FILES / "sphinx.epub").read_bytes()))
    assert list(places) == ["The City", "The wanderer", "The wanderer: Equipment", "Levels"]
    assert places["The wanderer: Equipment"] == f"Equipment\n\n{TABLE}"
    assert 'def walk():\n    return "on"' in places["Levels"]
    assert "walks through the City [1].\n\n[1]\n\nHe carries a lamp." in places["The wanderer"]


def test_a_chapter_with_a_number_for_a_title(parse: Parse) -> None:
    """The number alone would say little; XHTML may have names of characters and elements without an end."""
    document = read(parse, book())
    assert split(document) == {
        "chapter 1": "Killy\n\nKilly\u00a0walks.".replace("\u00a0", " "),
        "Cibo": "Cibo\n\nCibo follows. 😀",
    }


def test_pages_come_in_reading_order(parse: Parse) -> None:
    """Not in that of the archive or the list of files; one that is listed twice comes once."""
    package = PACKAGE.replace("</manifest>", '<item id="b" href="b%20b.xhtml" media-type="text/html"/></manifest>')
    package = package.replace("<spine>", '<spine><itemref idref="b"/><itemref idref="none"/>')
    package = package.replace("</spine>", '<itemref idref="b"/></spine>')
    document = read(parse, book(package, BOOK_PAGES | {"b b.xhtml": "<p>First.<p>No XML"}))
    assert document.text.startswith("First.\n\nNo XML\n\nKilly\n\n")


def test_a_missing_page_is_a_problem(parse: Parse) -> None:
    """The rest of the book is read."""
    package = PACKAGE.replace("</manifest>", '<item id="b" href="b.xhtml" media-type="text/html"/></manifest>')
    document, problem = parse("a.epub", book(package.replace("</spine>", '<itemref idref="b"/></spine>')))
    assert isinstance(document, Document)
    assert isinstance(problem, LoadProblem)
    assert problem.where == "a.epub/in/b.xhtml"
    assert problem.reason.startswith("is damaged and was left out; download the book again (lacks its file")


def test_a_book_with_a_lock_is_refused(parse: Parse) -> None:
    """Encrypted text cannot be read; fonts that are garbled do not matter."""
    locked = {"META-INF/encryption.xml": ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc").encode()}
    with pytest.raises(LoadError, match=r"is protected against copying \(DRM\); ask its publisher for a copy without"):
        parse("a.epub", book(**locked))
    fonts = {"META-INF/encryption.xml": ENCRYPTION.format("http://www.idpf.org/2008/embedding").encode()}
    assert read(parse, book(**fonts)) == read(parse, book())


def test_pages_outside_the_archive_are_not_read(parse: Parse, tmp_path: Path) -> None:
    """Paths that lead out of the book, and entities that name files, give nothing."""
    (tmp_path / "secret.xhtml").write_text("<p>Secret</p>", encoding="utf-8")
    secret = tmp_path / "secret.xhtml"
    entity = f'<!DOCTYPE p [<!ENTITY s SYSTEM "file://{secret}">]><html><body><p>Open &s;</p></body></html>'
    package = PACKAGE.replace('href="a.xhtml"', f'href="../../../../../..{secret}"')
    (package_2,) = [PACKAGE.replace('href="a.xhtml"', 'href="e.xhtml"')]
    with pytest.raises(LoadError, match="has no text"):
        parse("a.epub", book(package))
    assert read(parse, book(package_2, BOOK_PAGES | {"e.xhtml": entity})).text == "Open"


def test_entities_of_books_are_not_expanded(parse: Parse) -> None:
    """A page of a few bytes cannot become gigabytes."""
    levels = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(12))
    bomb = f'<!DOCTYPE p [<!ENTITY l0 "lol">{levels}]><html><body><p>Calm. &l12;</p></body></html>'
    assert read(parse, book(pages=BOOK_PAGES | {"a.xhtml": bomb})).text in {"Calm.", "Calm. &l12;"}


def test_too_much_text_is_refused(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the sizes that the archive declares, before anything is unpacked."""
    monkeypatch.setattr("index.parsers.epub.package.MAX_TEXT_BYTES", 2000)
    with pytest.raises(LoadError, match="has no text"):
        parse("a.epub", book(pages=BOOK_PAGES | {"a.xhtml": "<p>" + "x" * 2000}))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is damaged or not an EPUB"),
        (b"PK", "is damaged or not an EPUB"),
        (book()[:-20], "is damaged or not an EPUB"),
        (book().replace(b"META-INF/container.xml", b"META-INF/container.xmx"), "is damaged or not an EPUB"),
        (book("<package/>"), "has no text"),
        (book(pages=BOOK_PAGES | {"a.xhtml": "<html><body><img src='scan.png'/></body></html>"}), "has no text"),
    ],
)
def test_what_is_no_book_is_a_problem(parse: Parse, data: bytes, reason: str) -> None:
    """Whatever is missing."""
    with pytest.raises(LoadError, match=reason):
        parse("a.epub", data)

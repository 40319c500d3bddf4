"""PDF: pages, metadata, and files and pages that cannot be read."""

from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from index.errors import LoadError
from index.parsers import ocr
from index.types import Document, Heading, LoadProblem
from tests.index.parsers.conftest import Parse
from tests.index.parsers.pdf_samples import draw, draw_lines, draw_picture, draw_prose, garble
from tests.index.parsers.samples import pdf

SCANNED = f"shows a picture without text; {ocr.OFF}"
GARBLED = f"has text whose font does not say which characters it shows; {ocr.OFF}"


@pytest.fixture(autouse=True)
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here is the same with and without tesseract."""
    monkeypatch.setattr(ocr, "OPTIONS", ocr.OcrOptions(mode="off"))


def test_pages(parse: Parse) -> None:
    """Each page, an empty one too, begins at its offset in ``pages``; an empty line separates pages."""
    (document,) = parse("a.pdf", pdf(["Killy walks.", "", "Cibo follows."], "Blame!"))
    assert document == Document("a.pdf", "Killy walks.\n\n\n\nCibo follows.", "Blame!", pages=(0, 14, 16))
    assert document.text[16:] == "Cibo follows."


@pytest.mark.parametrize("title", ["", "   ", "untitled"])
def test_no_title(parse: Parse, title: str) -> None:
    """A missing or blank title is empty, and so is what a program writes if it has none."""
    (document,) = parse("a.pdf", pdf(["text"], title))
    assert isinstance(document, Document)
    assert document.title == ""


def test_metadata(parse: Parse) -> None:
    """Author, subject, keywords and the date of creation are metadata of the document."""
    written = PdfWriter(clone_from=PdfReader(BytesIO(pdf(["Killy walks."]))))
    rows = {"Author": "Tsutomu Nihei", "Subject": "A city", "Keywords": "manga", "CreationDate": "D:19970131120000Z"}
    written.add_metadata({f"/{name}": value for name, value in rows.items()})
    file = BytesIO()
    written.write(file)
    (document,) = parse("a.pdf", file.getvalue())
    assert isinstance(document, Document)
    expected = {"author": "Tsutomu Nihei", "date": "1997-01-31", "subject": "A city", "keywords": "manga"}
    assert document.metadata == expected


def encrypted(user_password: str) -> bytes:
    """A page encrypted with RC4, which pypdf supports without further libraries."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(["Killy walks."]))))
    writer.encrypt(user_password, "owner", algorithm="RC4-128")
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def test_an_encrypted_file_is_refused(parse: Parse) -> None:
    """A file that needs a password is a LoadError that says so."""
    with pytest.raises(LoadError, match="is encrypted; save a copy without a password"):
        parse("a.pdf", encrypted("secret"))


def test_an_empty_password_needs_no_key(parse: Parse) -> None:
    """A file that opens without a password is parsed, whatever its owner forbids."""
    (document,) = parse("a.pdf", encrypted(""))
    assert isinstance(document, Document)
    assert document.text == "Killy walks."


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", b"no pdf", pdf(["Killy walks."])[:60], pdf([])])
def test_a_damaged_file_is_refused(parse: Parse, data: bytes) -> None:
    """A file that is cut off, empty, without pages or not a PDF is a LoadError that says so."""
    with pytest.raises(LoadError, match="is damaged or not a PDF"):
        parse("a.pdf", data)


def test_blank_pages_are_no_document(parse: Parse) -> None:
    """A file whose pages show nothing is a LoadError that does not ask for OCR."""
    with pytest.raises(LoadError, match="has only blank pages; leave it out"):
        parse("a.pdf", pdf(["", ""]))


def test_a_scanned_file_is_refused(parse: Parse) -> None:
    """A file of pictures is a LoadError with the remedy."""
    with pytest.raises(LoadError, match=f"^{SCANNED}, on every page$"):
        parse("a.pdf", draw([lambda canvas: draw_picture(canvas, ["Killy walks."])] * 2))


def test_each_page_without_text_is_named(parse: Parse) -> None:
    """Equal pages have equal reasons, and the metadata counts them; a blank page is no problem."""
    picture = lambda canvas: draw_picture(canvas, ["Killy walks."])  # noqa: E731
    file = draw([draw_prose, picture, lambda _: None, picture])
    document, *problems = parse("a.pdf", file)
    assert problems == [LoadProblem("a.pdf page 2", SCANNED), LoadProblem("a.pdf page 4", SCANNED)]
    assert isinstance(document, Document)
    assert document.metadata["pages_without_text"] == 2
    assert len(document.pages) == 4


def test_a_damaged_page_costs_that_page(parse: Parse) -> None:
    """A page that is not there is named by its number, and is empty in the text."""
    damaged = pdf(["Killy walks.", "Gone.", "Cibo follows."]).replace(b"6 0 R", b"1 0 R", 1)
    document, problem = parse("a.pdf", damaged)
    assert isinstance(document, Document)
    assert document.text == "Killy walks.\n\n\n\nCibo follows."
    assert problem == LoadProblem(
        "a.pdf page 2", "is damaged and was left out; print the file to a new PDF to repair it"
    )


def test_garbled_text_is_reported(parse: Parse) -> None:
    """A text of characters that mean nothing is named as such."""
    words = "KILLY WALKS THROUGH THE CITY AND LOOKS FOR NET TERMINAL GENES ON EVERY LEVEL"
    document, problem = parse("a.pdf", garble(pdf([words, "1. 2. 3."])))
    assert problem == LoadProblem("a.pdf page 1", GARBLED)
    assert isinstance(document, Document)
    assert document.text.strip() == "1. 2. 3."


def test_headings(parse: Parse) -> None:
    """A short line in a larger font than most of the text is a heading, the largest of level 1."""

    def page(canvas: object) -> None:
        from reportlab.pdfgen.canvas import Canvas

        assert isinstance(canvas, Canvas)
        for size, words, top in ((20, "Blame!", 780), (15, "The city", 740)):
            canvas.setFont("Helvetica", size)
            canvas.drawString(60, top, words)
        canvas.setFont("Helvetica", 11)
        draw_prose(canvas)

    (document,) = parse("a.pdf", draw([page]))
    assert isinstance(document, Document)
    assert document.headings == (Heading(0, 6, 1), Heading(8, 16, 2))
    assert document.text[8:16] == "The city"


def test_ligatures_are_letters(parse: Parse) -> None:
    """A word that was drawn with a ligature is found by its letters."""
    differences = b"<< /Type /Encoding /Differences [ 65 /fi /fl ] >>"
    file = pdf(["Afth Boor"]).replace(b"/Encoding /WinAnsiEncoding", b"/Encoding " + differences)
    (document,) = parse("a.pdf", file)
    assert isinstance(document, Document)
    assert document.text == "fifth floor"


def test_a_file_of_lines_is_kept(parse: Parse) -> None:
    """Lines that were not wrapped stay lines."""
    rows = ["France 58.00 EUR", "Spain 50.00 EUR and breakfast for every day", "Italy 47.00 EUR"]
    (document,) = parse("a.pdf", draw([lambda canvas: draw_lines(canvas, rows)]))
    assert isinstance(document, Document)
    assert document.text == "\n".join(rows)

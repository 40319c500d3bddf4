"""PDF: pages, titles, and files that cannot be read."""

import logging
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from index.errors import LoadError
from index.types import Document, LoadProblem
from tests.index.parsers.conftest import Parse
from tests.index.parsers.samples import pdf

# A page whose arrays are nested deeper than pypdf can follow.
TOO_DEEP = "X) Tj " + "[" * 5000


def test_pages(parse: Parse) -> None:
    """Each page, an empty one too, begins at its offset in ``pages``; an empty line separates pages."""
    (document,) = parse("a.pdf", pdf(["Killy walks.", "", "Cibo follows."], "Blame!"))
    assert document == Document("a.pdf", "Killy walks.\n\n\n\nCibo follows.", "Blame!", pages=(0, 14, 16))
    assert document.text[16:] == "Cibo follows."


def test_hyphens_stay(parse: Parse) -> None:
    """A word that is hyphenated at the end of a line is left as it is drawn."""
    (document,) = parse("a.pdf", pdf(["net-) Tj 0 -20 Td (sphere"]))
    assert isinstance(document, Document)
    assert document.text == "net-\nsphere"


@pytest.mark.parametrize("title", ["", "   "])
def test_no_title(parse: Parse, title: str) -> None:
    """A missing or blank title is empty."""
    (document,) = parse("a.pdf", pdf(["text"], title))
    assert isinstance(document, Document)
    assert document.title == ""


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


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", b"no pdf", pdf(["Killy walks."])[:200], pdf([])])
def test_a_damaged_file_is_refused(parse: Parse, data: bytes) -> None:
    """A file that is cut off, empty, without pages or not a PDF is a LoadError that says so."""
    with pytest.raises(LoadError, match="is damaged or not a PDF"):
        parse("a.pdf", data)


def test_a_scanned_file_is_refused(parse: Parse) -> None:
    """A file whose pages draw no text is a LoadError that names OCR."""
    with pytest.raises(LoadError, match="run OCR"):
        parse("a.pdf", pdf(["", ""]))


def test_one_bad_page_costs_that_page(parse: Parse) -> None:
    """A page that cannot be read is named by its number, and is empty in the text."""
    bad = pdf(["Killy walks.", TOO_DEEP, "Cibo follows."])
    document, problem = parse("a.pdf", bad)
    assert isinstance(document, Document)
    assert document.text == "Killy walks.\n\n\n\nCibo follows."
    assert problem == LoadProblem(
        "a.pdf page 2", "is damaged and was left out; print the file to a new PDF to repair it"
    )


def test_only_bad_pages_are_a_damaged_file(parse: Parse) -> None:
    """A file of which no page can be read is damaged, not scanned."""
    with pytest.raises(LoadError, match="is damaged"):
        parse("a.pdf", pdf([TOO_DEEP]))


@pytest.mark.parametrize("function", ["repair_surrogates", "unify_newlines"])
def test_a_bug_of_ours_is_not_taken_for_a_damaged_file(
    parse: Parse, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    """Only what pypdf itself raises means that a page is damaged."""

    def fail(text: str) -> str:
        raise TypeError(text)

    monkeypatch.setattr(f"index.parsers.pdf.{function}", fail)
    with pytest.raises(TypeError):
        parse("a.pdf", pdf(["Killy walks."], "Blame!"))


def test_a_damaged_title_costs_only_the_title(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text is kept if pypdf fails on the metadata."""

    def fail(reader: PdfReader) -> None:
        raise AttributeError("get_object")

    monkeypatch.setattr(PdfReader, "metadata", property(fail))
    (document,) = parse("a.pdf", pdf(["Killy walks."], "Blame!"))
    assert document == Document("a.pdf", "Killy walks.", "", pages=(0,))


def test_the_library_logs_nothing(parse: Parse, caplog: pytest.LogCaptureFixture) -> None:
    """The messages of pypdf are suppressed, and the level of its logger is restored."""
    before = logging.getLogger("pypdf").level
    parse("a.pdf", pdf(["Killy walks."]).replace(b"startxref\n", b"startxref\n9"))
    assert not caplog.records
    assert logging.getLogger("pypdf").level == before

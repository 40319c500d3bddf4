"""PDF: pages, titles, and files that cannot be read."""

import logging
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from index.errors import LoadError
from index.types import Document, LoadProblem
from tests.index.parsers.conftest import Read
from tests.index.parsers.samples import pdf

TOO_DEEP = "X) Tj " + "[" * 5000
"""A page whose arrays are nested deeper than pypdf can follow."""


def test_pages(read: Read) -> None:
    """Each page begins where ``pages`` says, an empty one too, with an empty line between."""
    (document,) = read("a.pdf", pdf(["Killy walks.", "", "Cibo follows."], "Blame!"))
    assert document == Document("a.pdf", "Killy walks.\n\n\n\nCibo follows.", "Blame!", pages=(0, 14, 16))
    assert document.text[16:] == "Cibo follows."


def test_hyphens_stay(read: Read) -> None:
    """A word cut at the end of a line is left as it is drawn."""
    (document,) = read("a.pdf", pdf(["net-) Tj 0 -20 Td (sphere"]))
    assert isinstance(document, Document)
    assert document.text == "net-\nsphere"


@pytest.mark.parametrize("title", ["", "   "])
def test_no_title(read: Read, title: str) -> None:
    """A missing or blank title is empty."""
    (document,) = read("a.pdf", pdf(["text"], title))
    assert isinstance(document, Document)
    assert document.title == ""


def encrypted(user_password: str) -> bytes:
    """A page under RC4, the cipher that pypdf has without further libraries."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(["Killy walks."]))))
    writer.encrypt(user_password, "owner", algorithm="RC4-128")
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def test_an_encrypted_file_is_refused(read: Read) -> None:
    """A file that needs a password is a LoadError that says so."""
    with pytest.raises(LoadError, match="is encrypted; save a copy without a password"):
        read("a.pdf", encrypted("secret"))


def test_an_empty_password_is_none(read: Read) -> None:
    """A file that everybody may open is read, whatever its owner forbids."""
    (document,) = read("a.pdf", encrypted(""))
    assert isinstance(document, Document)
    assert document.text == "Killy walks."


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", b"no pdf", pdf(["Killy walks."])[:200], pdf([])])
def test_a_damaged_file_is_refused(read: Read, data: bytes) -> None:
    """What is cut off, empty, without pages or no PDF at all is a LoadError that says so."""
    with pytest.raises(LoadError, match="is damaged or is no PDF"):
        read("a.pdf", data)


def test_a_scanned_file_is_refused(read: Read) -> None:
    """Pages that draw no text are a LoadError that names OCR."""
    with pytest.raises(LoadError, match="run OCR"):
        read("a.pdf", pdf(["", ""]))


def test_one_bad_page_costs_that_page(read: Read) -> None:
    """A page that cannot be read is named by its number, and stays as an empty one."""
    bad = pdf(["Killy walks.", TOO_DEEP, "Cibo follows."])
    document, problem = read("a.pdf", bad)
    assert isinstance(document, Document)
    assert document.text == "Killy walks.\n\n\n\nCibo follows."
    assert problem == LoadProblem("a.pdf page 2", "is damaged and was left out; print the file to a new PDF to mend it")


def test_only_bad_pages_are_a_damaged_file(read: Read) -> None:
    """A file none of whose pages can be read is damaged, not scanned."""
    with pytest.raises(LoadError, match="is damaged"):
        read("a.pdf", pdf([TOO_DEEP]))


def test_no_word_on_the_log(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    """The complaints of pypdf are silenced, and its logger is left as it was."""
    before = logging.getLogger("pypdf").level
    read("a.pdf", pdf(["Killy walks."]).replace(b"startxref\n", b"startxref\n9"))
    assert not caplog.records
    assert logging.getLogger("pypdf").level == before

"""PDF: the text of each page in turn, as it is drawn. The only module that imports pypdf.

Words hyphenated at a line's end stay so: passages are slices, never rewritten text.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import LoadError
from index.parsers.encoding import repair_surrogates, unify_newlines
from index.types import Document, LoadProblem

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

BETWEEN_PAGES = "\n\n"

# pypdf checks little before it uses what a file says ("broken PDF files might cause other
# Exceptions", pypdf/errors.py). All came from files altered at random or by hand but for
# LookupError, which any absent key or operand would raise.
GARBAGE = (AssertionError, AttributeError, LookupError, NotImplementedError, RecursionError, TypeError, ValueError)

ENCRYPTED = "is encrypted; save a copy without a password"
DAMAGED = "is damaged or is no PDF; download it again or print it to a new PDF"
SCANNED = "has pages without text, so it is probably scanned; run OCR on it (ocrmypdf) and index the result"
BAD_PAGE = "is damaged and was left out; print the file to a new PDF to mend it"


def parse_pdf(path: Path, id: str) -> list[Document | LoadProblem]:
    """One document, and a LoadProblem for each page that cannot be read among others that can.

    Raises LoadError for a file that is encrypted, damaged or without text.
    """
    with _quiet():
        reader, pages = _open(path.read_bytes())
        texts = [_page_text(page) for page in pages]
        title = _title(reader)
    problems = [LoadProblem(f"{id} page {number}", BAD_PAGE) for number, text in enumerate(texts, 1) if text is None]
    readable = [text or "" for text in texts]
    text = BETWEEN_PAGES.join(readable)
    if not text.strip():
        raise LoadError(DAMAGED if problems or not pages else SCANNED)
    starts = accumulate((len(page) + len(BETWEEN_PAGES) for page in readable[:-1]), initial=0)
    return [Document(id, text, title, pages=tuple(starts)), *problems]


@contextmanager
def _quiet() -> Iterator[None]:
    """No word from pypdf about every oddity it gets over: what matters becomes a LoadProblem."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _errors() -> tuple[type[Exception], ...]:
    """What pypdf raises for a damaged file; its DeprecationError is none of its PyPdfErrors."""
    from pypdf.errors import DeprecationError, PyPdfError

    return PyPdfError, DeprecationError, *GARBAGE


def _open(data: bytes) -> tuple["PdfReader", list["PageObject"]]:
    """The reader and its pages. Raises LoadError; an empty password is no encryption."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        reader = PdfReader(BytesIO(data))
        return reader, list(reader.pages)
    except (DependencyError, FileNotDecryptedError) as error:
        raise LoadError(ENCRYPTED) from error
    except _errors() as error:
        raise LoadError(DAMAGED) from error


def _page_text(page: "PageObject") -> str | None:
    """The text of the page, or None where it cannot be read."""
    try:
        return unify_newlines(repair_surrogates(page.extract_text()))
    except _errors():
        return None


def _title(reader: "PdfReader") -> str:
    """The title in the metadata; a damaged one is no reason to lose the text."""
    try:
        title = reader.metadata.title if reader.metadata else None
    except _errors():
        return ""
    return " ".join(repair_surrogates(title).split()) if isinstance(title, str) else ""

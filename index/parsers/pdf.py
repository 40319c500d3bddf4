"""PDF: the text of each page in turn, as it is drawn. The only module that imports pypdf.

Words hyphenated at the end of a line stay hyphenated: passages are slices, never rewritten text.
"""

from collections.abc import Callable
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import LoadError
from index.parsers.encoding import repair_surrogates, unify_newlines
from index.parsers.quiet import silence_logger
from index.types import Document, LoadProblem

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

PAGE_SEPARATOR = "\n\n"

ENCRYPTED = "is encrypted; save a copy without a password"
DAMAGED = "is damaged or not a PDF; download it again or print it to a new PDF"
SCANNED = "has pages without text, so it is probably scanned; run OCR on it (ocrmypdf) and index the result"
DAMAGED_PAGE = "is damaged and was left out; print the file to a new PDF to repair it"


def parse_pdf(path: Path, id: str) -> list[Document | LoadProblem]:
    """Return one document, and a LoadProblem for each page that cannot be read.

    Raise LoadError for a file that is encrypted, damaged or without text.
    """
    with silence_logger("pypdf"):
        reader, pages = _open_pdf(path.read_bytes())
        texts = [_extract_text(page) for page in pages]
        title = _read_title(reader)
    numbered = enumerate(texts, 1)
    problems = [LoadProblem(f"{id} page {number}", DAMAGED_PAGE) for number, text in numbered if text is None]
    readable = [text or "" for text in texts]
    text = PAGE_SEPARATOR.join(readable)
    if not text.strip():
        raise LoadError(DAMAGED if problems or not pages else SCANNED)
    starts = accumulate((len(page) + len(PAGE_SEPARATOR) for page in readable[:-1]), initial=0)
    return [Document(id, text, title, pages=tuple(starts)), *problems]


def _open_pdf(data: bytes) -> tuple["PdfReader", list["PageObject"]]:
    """Return the reader and its pages, or raise LoadError; an empty password does not count as encryption."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        reader = PdfReader(BytesIO(data))
        return reader, list(reader.pages)
    except (DependencyError, FileNotDecryptedError) as error:
        raise LoadError(ENCRYPTED) from error
    except Exception as error:  # anything, as in _call_pypdf below
        raise LoadError(DAMAGED) from error


def _call_pypdf(call: Callable[[], str | None]) -> str | None:
    """Return what a call of pypdf returns, or None if the file is too damaged for it.

    Nothing of our own may run inside ``call``, or its bugs would pass for damaged files.
    """
    try:
        return call()
    # pypdf uses what a file says with few checks, so a damaged file raises almost anything: AttributeError,
    # KeyError, RecursionError, … ("broken PDF files might cause other Exceptions", pypdf/errors.py).
    except Exception:  # noqa: BLE001
        return None


def _extract_text(page: "PageObject") -> str | None:
    """Return the text of the page, or None if it cannot be read."""
    text = _call_pypdf(page.extract_text)
    return None if text is None else unify_newlines(repair_surrogates(text))


def _read_title(reader: "PdfReader") -> str:
    """Return the title in the metadata; a damaged one is no reason to lose the text."""
    title = _call_pypdf(lambda: reader.metadata.title if reader.metadata else None)
    return " ".join(repair_surrogates(title).split()) if isinstance(title, str) else ""

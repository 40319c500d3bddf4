"""PDF: the text of each page in reading order, without running heads, and then the filled fields of a form.

Pages without text are read by OCR.

A text is what this module returns, so that words hyphenated at the end of a line are joined here, and nowhere later.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import regex

from index.errors import LoadError
from index.parsers.ocr import MISSING, OcrReader, open_ocr
from index.parsers.page_fields import append_fields, find_new_fields
from index.parsers.page_kind import PageKind, find_kind
from index.parsers.page_layout import TextBox, read_lines
from index.parsers.page_text import compose_pages
from index.parsers.pdf_fields import FormField
from index.parsers.pdf_file import DAMAGED, PageContent, PdfFile
from index.parsers.running_heads import remove_running_heads
from index.types import Document, LoadProblem

DAMAGED_PAGE = "is damaged and was left out; print the file to a new PDF to repair it"
NO_PAGES = "has only blank pages; leave it out"
# The reasons of pages that stay without text, the same for all, so that they can be counted.
REASONS = {
    PageKind.SCANNED: "shows a picture without text",
    PageKind.GARBLED: "has text whose font does not say which characters it shows",
}
DATE = regex.compile(r"D:(\d{4})(\d\d)(\d\d)")
# What programs write into the metadata if their user said nothing.
NAMELESS = frozenset({"untitled", "anonymous", "unspecified", "(anonymous)", "unknown"})

Lines = list[list[TextBox]]


def parse_pdf(path: Path, id: str) -> list[Document | LoadProblem]:
    """Return one document, and a LoadProblem for each page that cannot be read.

    Raise LoadError for a file that is encrypted, damaged or without text.
    """
    with PdfFile(path.read_bytes()) as file:
        metadata = file.read_metadata()
        contents = [file.read_page(number) for number in range(len(file))]
        lines = remove_running_heads([list(read_lines(content.boxes)) if content else [] for content in contents])
        kinds = [find_kind(content, page) for content, page in zip(contents, lines, strict=True)]
        unread = [number for number, kind in enumerate(kinds) if kind in REASONS]
        reader = open_ocr() if unread else OcrReader(None, "")
        scanned = {number: reader.read_page(file, number) for number in unread}
        # After OCR, because from then on the fields are in pictures of pages, too.
        fields = [_read_fields(file, number, content) for number, content in enumerate(contents)]
    for number, found in scanned.items():
        lines[number] = found or []
        kinds[number] = PageKind.OCR if found is not None else kinds[number]
    if any(scanned.values()):
        lines = remove_running_heads(lines)
    problems = _report_pages(id, kinds, reader.missing or MISSING)
    pages = append_fields(compose_pages(lines), fields)
    if not pages.text.strip():
        raise LoadError(_explain_no_text(kinds, problems))
    title, described = _describe(metadata, kinds)
    return [Document(id, pages.text, title, described, tuple(pages.headings), tuple(pages.starts)), *problems]


def _read_fields(file: PdfFile, number: int, content: PageContent | None) -> list[FormField]:
    """Return the filled fields of a page that its text does not say already."""
    return find_new_fields(file.read_fields(number), content.boxes) if content else []


def _report_pages(id: str, kinds: Sequence[PageKind], remedy: str) -> list[LoadProblem]:
    """Return a problem for each page that cannot be read."""
    reasons = {kind: f"{reason}; {remedy}" for kind, reason in REASONS.items()} | {PageKind.DAMAGED: DAMAGED_PAGE}
    return [LoadProblem(f"{id} page {n}", reasons[kind]) for n, kind in enumerate(kinds, 1) if kind in reasons]


def _explain_no_text(kinds: Sequence[PageKind], problems: Sequence[LoadProblem]) -> str:
    """Return why a file is left out: the reason of most of its pages that have a problem."""
    if not kinds or PageKind.DAMAGED in kinds:
        return DAMAGED
    reasons = [problem.reason for problem in problems]
    return f"{max(set(reasons), key=reasons.count)}, on every page" if reasons else NO_PAGES


def _describe(metadata: dict[str, str], kinds: Sequence[PageKind]) -> tuple[str, dict[str, Any]]:
    """Return the title and the metadata of the document, with how its pages were read where that is worth knowing."""
    named = {name: value for name, value in metadata.items() if value.casefold() not in NAMELESS}
    created = DATE.match(named.get("CreationDate", ""))
    rows = {
        "author": named.get("Author"),
        "date": "-".join(created.groups()) if created else None,
        "subject": named.get("Subject"),
        "keywords": named.get("Keywords"),
        "pages_by_ocr": kinds.count(PageKind.OCR),
        "pages_without_text": sum(kind in REASONS for kind in kinds),
    }
    return named.get("Title", ""), {name: value for name, value in rows.items() if value}

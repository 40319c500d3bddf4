"""A book: its pages in reading order, with the chapters of its table of contents as places.

Everything that is text is kept, the imprint and the notes too: people ask who published a book. Left out are pages that
only print the contents, because they name every topic of the book and say nothing about it.
"""

import re
from pathlib import Path
from typing import Any

from index.errors import LoadError
from index.parsers.epub.contents import Chapters, read_chapters
from index.parsers.epub.package import BookFile, Package, read_package
from index.parsers.markup.blocks import add_markup
from index.parsers.markup.tree import Element, read_line
from index.parsers.text_builder import TextBuilder
from index.types import Document, LoadProblem

DAMAGED_PAGE = "is damaged and was left out; download the book again"
# calibre writes the year 101 if it does not know the date.
DATE = re.compile(r"[12]\d{3}(?:-\d\d(?:-\d\d)?)?")
# A page of contents may be the beginning of a page with text, which has fewer links.
MAX_LINKED_SHARE = 0.5


def parse_epub(path: Path, id: str) -> list[Document | LoadProblem]:
    """Return the book as one document, and a LoadProblem for each page that is missing or damaged.

    Raise LoadError for a book that is damaged, protected against copying or without text.
    """
    with BookFile(path) as book:
        package = read_package(book)
        chapters = read_chapters(book, package)
        builder, problems = TextBuilder(), list[LoadProblem]()
        for page in package.pages:
            try:
                _add_page(builder, book, page, package, chapters)
            except LoadError as error:
                problems.append(LoadProblem(f"{id}/{page}", f"{DAMAGED_PAGE} ({error})"))
    if builder.is_empty:
        raise LoadError("has no text; if its pages are pictures, run OCR on them, or leave it out")
    titles = package.fields.get("title", [""])
    return [builder.build(id, titles[0], _make_metadata(package)), *problems]


def _add_page(builder: TextBuilder, book: BookFile, page: str, package: Package, chapters: Chapters) -> None:
    """Add the text of a page, unless it only prints the contents."""
    root = book.read(page)
    is_contents = page == package.navigation or page in package.printed_contents
    if root is None or (is_contents and _measure_links(root) > MAX_LINKED_SHARE):
        return
    name = chapters.get((page, ""))
    if name:
        builder.begin_place(name)
    add_markup(builder, root, lambda element: chapters.get((page, element.get("id") or element.get("name") or " ")))


def _measure_links(root: Element) -> float:
    """Return the share of the characters of a page that are in links."""
    return sum(len(read_line(link)) for link in root.iter("{*}a")) / (len(read_line(root)) or 1)


def _make_metadata(package: Package) -> dict[str, Any]:
    """Return author, language, date and publisher, as far as the book has them."""
    dates = [found[0] for found in map(DATE.match, package.fields.get("date", ())) if found]
    fields = {
        "author": ", ".join(package.fields.get("creator", ())),
        "language": next(iter(package.fields.get("language", ())), ""),
        "date": next(iter(dates), ""),
        "publisher": next(iter(package.fields.get("publisher", ())), ""),
    }
    return {name: value for name, value in fields.items() if value}

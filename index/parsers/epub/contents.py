"""The table of contents: which chapter begins where."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import TypeAlias

from index.parsers.epub.package import BookFile, Package, resolve
from index.parsers.markup.tree import Element, get_tag, get_type, read_line

# Parts and their chapters, or chapters and their sections.
MAX_LEVELS = 2
# "2", "XIV.", which say little alone.
BARE_NUMBER = re.compile(r"(?:\d{1,3}|[IVXLC]+)\.?", re.IGNORECASE)

# The level of an entry, to where it leads, and its words.
Entry: TypeAlias = tuple[int, str | None, str]
# The names of chapters by path and fragment, which is empty for the beginning of a page.
Chapters: TypeAlias = Mapping[tuple[str, str], str]


def read_chapters(book: BookFile, package: Package) -> Chapters:
    """Return the chapters of the contents of EPUB 3, or else of EPUB 2; none if the book has no contents."""
    for path, iterate in ((package.navigation, _iterate_navigation), (package.toc, _iterate_toc)):
        root = book.read(path) if path and path in book else None
        chapters = _name_chapters(posixpath.dirname(path or ""), iterate(root)) if root is not None else {}
        if chapters:
            return chapters
    return {}


def _name_chapters(base: str, entries: Iterable[Entry]) -> Chapters:
    """Return the name of each place to which entries lead: the chapter, or the part or chapter with what is in it."""
    chapters: dict[tuple[str, str], str] = {}
    around: list[str] = []
    for level, reference, title in entries:
        if title and level <= MAX_LEVELS:
            around[level - 1 :] = [f"chapter {title.rstrip('.')}" if BARE_NUMBER.fullmatch(title) else title]
            if reference:
                # If a part and its first chapter begin at the same place, the chapter comes later and stays.
                chapters[resolve(base, reference), reference.partition("#")[2]] = ": ".join(around)
    return chapters


def _iterate_navigation(root: Element) -> Iterator[Entry]:
    """Yield each entry of the list in ``nav``: a link, or words without one."""
    for nav in (element for element in root.iter("*") if get_tag(element) == "nav"):
        for entry in nav.iter("*") if "toc" in get_type(nav).split() else ():
            if get_tag(entry) in {"a", "span"} and get_tag(entry.getparent()) == "li":
                yield _count_around(entry, nav, "ol"), entry.get("href"), read_line(entry)


def _iterate_toc(root: Element) -> Iterator[Entry]:
    """Yield each ``navPoint``."""
    for point in (element for element in root.iter("*") if get_tag(element) == "navpoint"):
        source = next((child.get("src") for child in point if get_tag(child) == "content"), None)
        label = next((read_line(child) for child in point if get_tag(child) == "navlabel"), "")
        yield _count_around(point, root, "navpoint") + 1, source, label


def _count_around(element: Element, top: Element, tag: str) -> int:
    """Count the elements with a tag around another one, below the element ``top``."""
    arounds = takewhile(lambda around: around is not top, element.iterancestors())
    return sum(get_tag(around) == tag for around in arounds)

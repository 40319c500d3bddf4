"""The package of a book: a zip archive whose package document lists its files in reading order."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from index.errors import LoadError
from index.parsers.archive import open_archive, read_member
from index.parsers.encoding import decode_bytes
from index.parsers.markup.tree import Element, get_tag, parse_markup

CONTAINER, ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
# These garble fonts, which need no reading; everything else is encrypted text.
FONT_ALGORITHMS = frozenset({"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"})
PAGE_TYPES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document"})
# The Bible has 5 MB; without a limit a small file could fill the memory.
MAX_TEXT_BYTES = 100_000_000

DAMAGED = "is damaged or not an EPUB; download it again"
PROTECTED = "is protected against copying (DRM); ask its publisher for a copy without, or leave it out"
TOO_LARGE = f"has more than {MAX_TEXT_BYTES:,} bytes of text; split it"


@dataclass(frozen=True, slots=True)
class Package:
    """What the package document says: fields such as "title", and the paths of the pages and of the contents."""

    fields: Mapping[str, Sequence[str]]
    pages: Sequence[str]
    # The contents of EPUB 3, those of EPUB 2, and pages that print them.
    navigation: str | None
    toc: str | None
    printed_contents: frozenset[str]


class BookFile:
    """The archive; a context manager, which closes it."""

    def __init__(self, path: Path) -> None:
        """Open the archive. Raise LoadError if it is none, or its text is encrypted."""
        self._archive = open_archive(path, DAMAGED)
        self._names = frozenset(self._archive.namelist())
        self._bytes_left = MAX_TEXT_BYTES

    def __enter__(self) -> "BookFile":
        """Return the open archive."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the archive."""
        self._archive.close()

    def __contains__(self, path: str) -> bool:
        """Return whether there is a file at a path."""
        return path in self._names

    def read(self, path: str) -> Element | None:
        """Return the root element of a file, None for one without elements. Raise LoadError if it is damaged."""
        if path not in self:
            raise LoadError(f"lacks its file {path!r}; download it again")
        member = self._archive.getinfo(path)
        self._bytes_left -= member.file_size
        if self._bytes_left < 0:
            raise LoadError(TOO_LARGE)
        return parse_markup(decode_bytes(read_member(self._archive, member)))


def read_package(book: BookFile) -> Package:
    """Return what the package document says. Raise LoadError if there is none, or the book is encrypted."""
    _refuse_encryption(book)
    path = _find_package(book)
    root = book.read(path)
    if root is None:
        raise LoadError(DAMAGED)
    base = posixpath.dirname(path)
    items = {item.get("id"): item for item in _find(root, "item") if item.get("href")}
    spine = next(_find(root, "spine"), None)
    listed = [items.get(reference.get("idref")) for reference in _find(root, "itemref")]
    pages = [resolve(base, item.get("href")) for item in listed if item is not None and _is_page(item)]
    navigation = [item for item in items.values() if "nav" in (item.get("properties") or "").split()]
    ncx = items.get(spine.get("toc")) if spine is not None else None
    printed = {resolve(base, guide.get("href")) for guide in _find(root, "reference") if guide.get("type") == "toc"}
    return Package(
        _read_fields(root),
        tuple(dict.fromkeys(pages)),
        resolve(base, navigation[0].get("href")) if navigation else None,
        resolve(base, ncx.get("href")) if ncx is not None else None,
        frozenset(printed),
    )


def resolve(base: str, reference: str | None) -> str:
    """Return the path in the archive to which a reference from the folder ``base`` leads, without its fragment."""
    return posixpath.normpath(posixpath.join(base, unquote((reference or "").partition("#")[0]))).lstrip("/")


def _find_package(book: BookFile) -> str:
    container = book.read(CONTAINER) if CONTAINER in book else None
    paths = [root.get("full-path") for root in _find(container, "rootfile")] if container is not None else []
    if not paths or paths[0] not in book:
        raise LoadError(DAMAGED)
    return str(paths[0])


def _refuse_encryption(book: BookFile) -> None:
    root = book.read(ENCRYPTION) if ENCRYPTION in book else None
    if root is None:
        return
    methods = [method for data in _find(root, "EncryptedData") for method in _find(data, "EncryptionMethod")]
    if any(method.get("Algorithm") not in FONT_ALGORITHMS for method in methods):
        raise LoadError(PROTECTED)


def _find(root: Element, name: str) -> Iterator[Any]:
    """Iterate over the elements of a name, whatever their namespace and in either case."""
    return (element for element in root.iter("*") if get_tag(element) == name.lower())


def _is_page(item: Element) -> bool:
    return (item.get("media-type") or "").lower() in PAGE_TYPES


def _read_fields(root: Element) -> dict[str, list[str]]:
    """Return the elements of the Dublin Core by name, each in order."""
    fields: dict[str, list[str]] = {}
    for metadata in _find(root, "metadata"):
        for element in metadata.iter("*"):
            # ``read_line`` reads what a page shows, which its title is not.
            words = " ".join((element.text or "").split()) if len(element) == 0 else ""
            if words and get_tag(element) != "meta":
                fields.setdefault(get_tag(element), []).append(words)
    return fields

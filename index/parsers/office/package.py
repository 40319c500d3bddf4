"""The parts of an office file, which is a zip archive of XML. The only module of the office formats that imports lxml.

An attacker may choose every byte of such a file. So no part is unpacked beyond a limit, whatever the archive says about
its size, a document type is refused (it could define entities that grow without end or read other files), and links
that lead out of the file are not followed.

Names of elements and attributes are compared without their namespaces: the strict and the transitional form of Office
Open XML, and its many extensions, differ in nothing else that is read here.
"""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any, NamedTuple, TypeAlias

from index.errors import LoadError

# An element of lxml, which has no types.
Element: TypeAlias = Any

# A part of a real file has rarely more than a tenth of this: text is stored packed, pictures are not read.
MAX_PART_BYTES = 100_000_000
MAX_TOTAL_BYTES = 300_000_000
# How much of a part is unpacked at once.
STEP_BYTES = 1_000_000
# How the compound files of Office before 2007 begin; an encrypted file of today is in one, too.
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

# What zipfile raises if an archive is not what it expects.
ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    OSError,
    ValueError,
)

DAMAGED = "is damaged or not a {kind} file; save it again in the program that made it"
ENCRYPTED = "is encrypted; save a copy without a password"
OLD = "is a file of Office before 2007, whatever its name says; open it and save it as {kind}"
HOSTILE = "contains a document type, which no office program writes; save it again in the program that made it"
TOO_LARGE = "has a part that unpacks to more than {limit:,} bytes, as no real file does; split it or leave it out"


class Relation(NamedTuple):
    """What one part says of another: the last word of the relation's type, and the other's name."""

    kind: str
    target: str


class Package:
    """The parts of one file, each unpacked when it is read; a context manager, which closes the file."""

    def __init__(self, path: Path) -> None:
        """Open the archive; raise LoadError if it is not one, is damaged or encrypted."""
        self._kind = path.suffix.lower()
        self._left = MAX_TOTAL_BYTES
        self._file = path.open("rb")
        try:
            self._refuse_compound_file()
            self._archive = zipfile.ZipFile(self._file)
        except ARCHIVE_ERRORS as error:
            self._file.close()
            raise self.report_damage() from error
        except LoadError:
            self._file.close()
            raise
        self._names = {info.filename: info for info in self._archive.infolist()}

    def __enter__(self) -> "Package":
        """Return the package."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._archive.close()
        self._file.close()

    def report_damage(self) -> LoadError:
        """Return the error of a file that is not what its extension says."""
        return LoadError(DAMAGED.format(kind=self._kind))

    def has(self, name: str) -> bool:
        """Return whether there is a part of this name."""
        return name in self._names

    def read(self, name: str) -> bytes:
        """Return a part; raise LoadError if it is missing, damaged, encrypted or too large."""
        info = self._names.get(name)
        if info is None:
            raise self.report_damage()
        if info.flag_bits & 1:
            raise LoadError(ENCRYPTED)
        limit = min(MAX_PART_BYTES, self._left)
        data = bytearray()
        try:
            with self._archive.open(info) as stream:
                while len(data) <= limit and (step := stream.read(STEP_BYTES)):
                    data += step
        except ARCHIVE_ERRORS as error:
            raise self.report_damage() from error
        if len(data) > limit:
            raise LoadError(TOO_LARGE.format(limit=limit))
        self._left -= len(data)
        return bytes(data)

    def parse(self, name: str) -> Element:
        """Return the root of a part of XML; raise LoadError as ``read`` does, and for what is not XML."""
        return parse_xml(self.read(name), self._kind)

    def parse_optional(self, name: str | None) -> Element | None:
        """Return the root of a part, or None if it is missing or damaged, which costs no more than itself."""
        if name is None or not self.has(name):
            return None
        try:
            return self.parse(name)
        except LoadError:
            return None

    def iterate(self, name: str, *tags: str) -> Iterator[Element]:
        """Yield the elements of some names in a large part, in order; each is empty after its turn."""
        from lxml import etree

        elements = etree.iterparse(BytesIO(self.read(name)), tag=[f"{{*}}{tag}" for tag in tags], **_safe_options())
        is_first = True
        try:
            for _, element in elements:
                if is_first:
                    _refuse_document_type(element)
                    is_first = False
                yield element
                element.clear()
                # What is before it has been yielded, and would otherwise stay in the tree as an empty element.
                while (before := element.getprevious()) is not None and (parent := element.getparent()) is not None:
                    parent.remove(before)
        except etree.XMLSyntaxError as error:
            raise self.report_damage() from error

    def relations(self, part: str = "") -> Mapping[str, Relation]:
        """Return what a part, or the file itself, refers to inside the file, by id."""
        folder, _, name = part.rpartition("/")
        root = self.parse_optional(join(folder, "_rels", f"{name}.rels"))
        found = {}
        for one in [] if root is None else root:
            kind, target = attribute(one, "Type").rpartition("/")[2], attribute(one, "Target")
            if attribute(one, "TargetMode") != "External" and target:
                found[attribute(one, "Id")] = Relation(kind, normpath(join("/", dirname(part), target)).lstrip("/"))
        return found

    def find_related(self, kind: str, part: str = "") -> str | None:
        """Return the name of the first part of a kind that ``part``, or the file itself, refers to."""
        return next((one.target for one in self.relations(part).values() if one.kind == kind), None)

    def find_main(self) -> str:
        """Return the name of the part with the document; raise LoadError if there is none."""
        name = self.find_related("officeDocument")
        if name is None:
            raise self.report_damage()
        return name

    def _refuse_compound_file(self) -> None:
        if self._file.read(len(COMPOUND_FILE)) == COMPOUND_FILE:
            raise LoadError(ENCRYPTED if ENCRYPTED_STREAM in self._file.read() else OLD.format(kind=self._kind))


def parse_xml(data: bytes, kind: str) -> Element:
    """Return the root of an XML document without comments; raise LoadError if it is damaged or has a document type."""
    from lxml import etree

    try:
        root = etree.fromstring(data, etree.XMLParser(**_safe_options()))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise LoadError(DAMAGED.format(kind=kind)) from error
    _refuse_document_type(root)
    return root


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element | None, name: str, default: str = "") -> str:
    """Return an attribute, whatever its namespace, one without a namespace first."""
    if element is None:
        return default
    value = element.get(name)
    if value is None:
        value = next((value for key, value in element.attrib.items() if str(key).endswith(f"}}{name}")), default)
    return str(value)


def relation_id(element: Element, name: str = "id") -> str:
    """Return the attribute that refers to another part, which may be beside one of the same name."""
    return next(
        (str(value) for key, value in element.attrib.items() if str(key).endswith(f"relationships}}{name}")), ""
    )


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first child of a name, its first child of the next name, and so on; None if one is missing."""
    for name in path:
        element = None if element is None else next((one for one in element if local_name(one) == name), None)
    return element


def descendants(element: Element | None, *names: str) -> Iterator[Element]:
    """Yield everything of these names inside an element, in order."""
    if element is not None:
        yield from element.iter(*(f"{{*}}{name}" for name in names))


def read_count(text: str, default: int = 1, limit: int = 1_000_000) -> int:
    """Return a number from 0 to ``limit`` that a file states; ``default`` if it states none."""
    return min(int(text), limit) if text.isascii() and text.isdigit() and len(text) < 10 else default


def _safe_options() -> dict[str, bool]:
    """Return options with which nothing is fetched, and entities stay what they are."""
    return {
        "resolve_entities": False,
        "load_dtd": False,
        "no_network": True,
        "huge_tree": False,
        "remove_comments": True,
        "remove_pis": True,
    }


def _refuse_document_type(element: Element) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise LoadError(HOSTILE)

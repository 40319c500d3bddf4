"""Title, author, date and tags of an office file, if it states real ones."""

from dataclasses import replace
from datetime import datetime

import regex

from index.parsers.encoding import repair_surrogates
from index.parsers.office.package import Element, Package, descendants, local_name
from index.parsers.text_builder import TextBuilder
from index.types import Document

# What programs write that were told no title: their own placeholders, and names of files.
NO_TITLE = regex.compile(
    r"untitled.*|(?:document|presentation|book|workbook|slide|mappe|dokument|präsentation)\s*\d*"
    r"|(?:word document|powerpoint presentation|powerpoint-präsentation|no slide title)"
    r"|microsoft (?:word|excel|powerpoint) - .*|.*\.(?:docx?|dotx?|rtf|xlsx?|pptx?|potx?|od[tsp])",
    regex.IGNORECASE,
)
# The placeholders for a name, and the author of the empty presentation that python-pptx begins with.
NO_AUTHOR = frozenset({"python-docx", "openpyxl", "steve canny", "unknown", "author", "user", "microsoft office user"})
SEPARATORS = regex.compile(r"\s*[,;\n]\s*")
LANGUAGE = regex.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


class Properties:
    """Collects what a file states about itself, and completes its document."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.title = ""
        self.metadata: dict[str, str | list[str]] = {}

    def add(self, name: str, value: str) -> None:
        """Add ``title``, ``author``, ``date``, ``language`` or ``tags``; the last value wins, no placeholder does."""
        value = " ".join(repair_surrogates(value).split()) if name != "tags" else repair_surrogates(value)
        if name == "title":
            self.title = "" if NO_TITLE.fullmatch(value) else value
        elif name == "author" and value and value.lower() not in NO_AUTHOR:
            self.metadata["author"] = value
        elif name == "date" and (date := _read_date(value)):
            self.metadata["date"] = date
        elif name == "language" and LANGUAGE.fullmatch(value):
            self.metadata["language"] = value
        elif name == "tags" and (tags := [tag for tag in SEPARATORS.split(value.strip()) if tag]):
            known = self.metadata.get("tags", [])
            self.metadata["tags"] = list(dict.fromkeys([*known, *tags]))

    def complete(self, builder: TextBuilder, id: str, has_title_heading: bool = True) -> Document:
        """Return the document; without a title of its own it has that of its first heading, if that can be one."""
        document = builder.build(id, self.title, self.metadata)
        if document.title or not document.headings or not has_title_heading:
            return document
        first = document.headings[0]
        return replace(document, title=document.text[first.start : first.end])


# The elements of both families of formats, in the order in which later ones win.
NAMES = {
    "title": "title",
    "initial-creator": "author",
    "creator": "author",
    "creation-date": "date",
    "created": "date",
    "date": "date",
    "modified": "date",
    "language": "language",
    "keyword": "tags",
    "keywords": "tags",
}


def read_core_properties(package: Package) -> Properties:
    """Return the properties of an Office Open XML file."""
    return read_properties(package.parse_optional(package.find_related("core-properties")))


def read_properties(root: Element | None) -> Properties:
    """Return the properties in a part with elements of Dublin Core and the like."""
    properties = Properties()
    found = list(descendants(root, *NAMES))
    for element in sorted(found, key=lambda one: list(NAMES).index(local_name(one))):
        properties.add(NAMES[local_name(element)], element.text or "")
    return properties


def _read_date(value: str) -> str:
    """Return the day of a time in ISO form, or nothing."""
    try:
        return datetime.fromisoformat(value.strip()).date().isoformat()
    except ValueError:
        return ""

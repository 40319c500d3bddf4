"""Metadata that an HTML page declares: author, date, language and keywords. Nothing is guessed from what it shows."""

from itertools import islice
from typing import Any

from index.parsers.encoding import repair_surrogates
from index.parsers.html_blocks import Element

# Names of <meta> elements in lower case, by the field that they declare; the first that is there counts.
DECLARATIONS = {
    "author": ("author", "dc.creator", "dcterms.creator", "citation_author", "article:author"),
    "date": (
        "date", "article:published_time", "dc.date", "dcterms.date", "dcterms.created", "citation_publication_date",
        "datepublished", "article:modified_time", "last-modified",
    ),
    "keywords": ("keywords", "article:tag", "dc.subject"),
    "description": ("description", "og:description"),
    "language": ("language", "content-language", "dc.language", "og:locale"),
}  # fmt: skip
# Declarations are at the top of a page; those of a long page are not searched for in all of it.
MAX_ELEMENTS = 10_000
MAX_CHARS = 2_000


def read_page_metadata(tree: Element) -> dict[str, Any]:
    """Return what the page declares; a field that it declares several times, such as its authors, is a list."""
    declared: dict[str, list[str]] = {}
    language = ""
    for element in islice(tree.iter(), MAX_ELEMENTS):
        if element.tag == "html":
            language = repair_surrogates((element.get("lang") or "").strip())
        if element.tag != "meta":
            continue
        name = element.get("name") or element.get("property") or element.get("itemprop") or element.get("http-equiv")
        content = " ".join((element.get("content") or "").split())
        if name and content and not content.startswith(("http://", "https://")):
            declared.setdefault(name.strip().lower(), []).append(repair_surrogates(content[:MAX_CHARS]))
    found = {field: _choose(declared, names) for field, names in DECLARATIONS.items()}
    if language:
        found["language"] = language
    return {field: value for field, value in found.items() if value}


def _choose(declared: dict[str, list[str]], names: tuple[str, ...]) -> str | list[str] | None:
    values = next((declared[name] for name in names if name in declared), None)
    return values[0] if values and len(values) == 1 else values

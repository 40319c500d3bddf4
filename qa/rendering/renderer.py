"""How each document is rendered, by its format, and the parts of it that are parsed for a passage."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from index.types import Heading, Span
from qa.collection.catalog import DocumentText
from qa.rendering.headed_text import render_headed
from qa.rendering.source_map import Node

if TYPE_CHECKING:
    from qa.rendering.markdown import MarkdownText

MARKDOWN = (".md", ".markdown")
# A longer text is shown as it was written: parsing it would keep others waiting.
MAX_MARKDOWN_CHARS = 500_000
# Sections of documents that are kept parsed; the passages of one answer are often from the same few.
RECENT_SECTIONS, RECENT_DOCUMENTS = 16, 4


class Texts(Protocol):
    """Where the texts of documents come from; the catalog of a generation is one."""

    def get_text(self, document: str) -> DocumentText | None:
        """Return a document by its id, or None."""

    def get_headings(self, document: str) -> Sequence[Heading]:
        """Return the headings that the format of a document marks, in order."""


class Renderer:
    """Renders documents of one generation. Safe to share between threads."""

    def __init__(self, texts: Texts) -> None:
        """Keep the source of the texts; nothing is read yet."""
        self._texts = texts
        self._open_section = lru_cache(maxsize=RECENT_SECTIONS)(self._parse_section)
        self._open_outline = lru_cache(maxsize=RECENT_DOCUMENTS)(self._read_outline)

    def render(self, document: str, part: Span, marks: Sequence[Span] = ()) -> tuple[Node, ...] | None:
        """Return the nodes of a part of a document, or None if its text is shown as it is: it has no structure.

        ``marks`` are the spans that will be marked, of which each then has a visible character.
        """
        if is_markdown(document):
            return self._render_markdown(document, part, marks)
        headings = self._texts.get_headings(document)
        found = self._texts.get_text(document) if headings else None
        return render_headed(found.text, headings, part) if found else None

    def can_render(self, document: str) -> bool:
        """Return whether the format of a document has a structure."""
        return is_markdown(document) or bool(self._texts.get_headings(document))

    def _render_markdown(self, document: str, part: Span, marks: Sequence[Span]) -> tuple[Node, ...] | None:
        outline = self._open_outline(document)
        if outline is None:
            return None
        text, starts = outline
        # A heading ends every block before it, so what is between two of them can be parsed by itself.
        first, last = bisect_right(starts, part.start), bisect_right(starts, part.end - 1)
        edges = [0, *starts, len(text)]
        section = Span(edges[first], edges[last + 1])
        if section.end - section.start > MAX_MARKDOWN_CHARS:
            return None
        return self._open_section(document, section).render(part, marks)

    def _read_outline(self, document: str) -> tuple[str, list[int]] | None:
        """Return the text of a document and where its sections after the first begin."""
        found = self._texts.get_text(document)
        starts = [heading.start for heading in self._texts.get_headings(document) if heading.start]
        return (found.text, starts) if found else None

    def _parse_section(self, document: str, section: Span) -> "MarkdownText":
        # Late, so that no other format loads the library.
        from qa.rendering.markdown import MarkdownText, find_definitions

        outline = self._open_outline(document)
        text = outline[0] if outline else ""
        return MarkdownText(text[section.start : section.end], section.start, find_definitions(text))


def is_markdown(document: str) -> bool:
    """Return whether the text of a document is Markdown, by its id."""
    return document.lower().endswith(MARKDOWN)

"""Documents are rendered by their format, and a passage without parsing its whole document."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings

from index.errors import LoadError
from index.parsers.markdown import parse_markdown
from index.types import Document, Heading, Span
from qa.collection.catalog import DocumentInfo, DocumentText
from qa.rendering.markdown import MarkdownText
from qa.rendering.plain_text import write_lines
from qa.rendering.renderer import MAX_MARKDOWN_CHARS, Renderer
from qa.rendering.source_map import Element, Node, get_visible_text
from tests.qa.rendering.generate import MARKDOWN, PLACES
from tests.qa.rendering.page import words


class OneText:
    """One document, and how often its text was read."""

    def __init__(self, document: Document) -> None:
        self.document, self.read = document, 0

    def get_text(self, document: str) -> DocumentText | None:
        self.read += 1
        text = self.document.text
        info = DocumentInfo(self.document.id, "", self.document.sha256, len(text), 0, {})
        return DocumentText(info, text) if document == self.document.id else None

    def get_headings(self, document: str) -> Sequence[Heading]:
        return self.document.headings if document == self.document.id else ()


def render(document: Document, part: Span | None = None) -> tuple[Node, ...] | None:
    return Renderer(OneText(document)).render(document.id, part or Span(0, len(document.text)))


def tags(nodes: Sequence[Node] | None) -> list[str]:
    return [node.tag for node in nodes or () if isinstance(node, Element)]


@given(MARKDOWN, PLACES)
@settings(max_examples=100)
def test_a_section_by_itself_shows_what_it_shows_in_its_document(source: str, place: tuple[int, int]) -> None:
    """Between two headings no block is open, and links are defined anywhere in the document."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.md"
        path.write_text(source, encoding="utf-8")
        try:
            [document] = parse_markdown(path, "a.md")
        except LoadError:
            return
    start = place[0] % len(document.text)
    part = Span(start, min(start + place[1], len(document.text)))
    assert render(document, part) == MarkdownText(document.text).render(part)


def test_text_without_structure_is_shown_as_it_is() -> None:
    """Nothing of it is read, nor is a document rendered that is not there."""
    texts = OneText(Document("a.txt", "# no heading *at all*"))
    assert Renderer(texts).render("a.txt", Span(0, 5)) is None
    assert Renderer(texts).can_render("a.txt") is False
    assert texts.read == 0
    assert Renderer(texts).render("b.md", Span(0, 5)) is None


def test_headings_of_other_formats_are_headings() -> None:
    """What is between them are paragraphs with their lines; marks of Markdown mean nothing there."""
    text = "Costs\n\nFrance · allowance: *58*\nSpain · allowance: 40\n\nMore\nEnd"
    document = Document("a.html", text, headings=(Heading(0, 5, 1), Heading(55, 59, 2)))
    nodes = render(document)
    assert tags(nodes) == ["h", "lines", "h", "lines"]
    assert [line.text for line in write_lines(nodes or (), ())] == [
        "Costs", "France · allowance: *58*", "Spain · allowance: 40", "More", "End",
    ]  # fmt: skip
    assert words(get_visible_text(nodes or ())) == words(text)
    assert get_visible_text(render(document, Span(16, 40)) or ()) == text[16:40]


def test_a_long_document_is_shown_as_it_is_but_its_sections_are_rendered() -> None:
    """Parsing megabytes would keep others waiting."""
    section = "para *graph*\n\n" * (MAX_MARKDOWN_CHARS // 20)
    text = f"# One\n\n{section}# Two\n\n{section}"
    two = text.index("# Two")
    document = Document("a.md", text, headings=(Heading(0, 5), Heading(two, two + 5)))
    assert render(document) is None
    nodes = render(document, Span(two, two + 20))
    assert tags(nodes) == ["h", "p"]
    assert get_visible_text(nodes or ()) == "Twopara graph"

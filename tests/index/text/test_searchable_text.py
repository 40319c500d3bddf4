"""The text that is searched for a unit or passage."""

from index.text.searchable_text import MAX_CONTEXT, build_contexts
from index.types import Document, Passage, Span

DOCUMENT = Document("a.txt", "Film Cats sleep. Dogs dig.", "Animals")
PASSAGE = Passage("a.txt", 0, 26, (Span(5, 16), Span(17, 26)), "Film")


def test_the_context_is_title_and_heading() -> None:
    """Neither is repeated, and together they are limited so that they do not outweigh the words."""
    assert build_contexts([DOCUMENT], [PASSAGE]) == ["Animals · Film"]
    film = Document("a.txt", DOCUMENT.text, "Film")
    assert build_contexts([film], [PASSAGE]) == ["Film"]
    long = Document("a.txt", DOCUMENT.text, "x" * 1000)
    assert len(build_contexts([long], [PASSAGE])[0]) == MAX_CONTEXT == 200


def test_a_context_may_lack_a_heading_or_a_title() -> None:
    """No separator is left over, and without both the context is empty."""
    bare = Passage("a.txt", 0, 26, (Span(5, 16),))
    assert build_contexts([DOCUMENT], [bare]) == ["Animals"]
    assert build_contexts([Document("a.txt", DOCUMENT.text)], [bare, PASSAGE]) == ["", "Film"]

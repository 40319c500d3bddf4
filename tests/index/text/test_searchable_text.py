"""What the two legs see."""

from index.text.searchable_text import MAX_CONTEXT, build_contexts, build_lexical_texts, slice_unit_texts
from index.types import Document, Passage, Span, Unit

DOCUMENT = Document("a.txt", "Film Cats sleep. Dogs dig.", "Animals")
PASSAGE = Passage("a.txt", 0, 26, (Span(5, 16), Span(17, 26)), "Film")


def test_a_unit_is_exactly_its_slice() -> None:
    """Nothing is added to what is quoted."""
    assert slice_unit_texts([DOCUMENT], [PASSAGE], [Unit(0, 5, 16)]) == ["Cats sleep."]


def test_title_and_heading_stand_above_a_passage() -> None:
    """Both, the heading not twice, and never so long that they drown the words."""
    assert build_contexts([DOCUMENT], [PASSAGE]) == ["Animals · Film"]
    film = Document("a.txt", DOCUMENT.text, "Film")
    assert build_contexts([film], [PASSAGE]) == ["Film"]
    long = Document("a.txt", DOCUMENT.text, "x" * 1000)
    assert len(build_contexts([long], [PASSAGE])[0]) == MAX_CONTEXT


def test_words_of_title_and_heading_count_for_the_passage() -> None:
    """A question may name the document instead of repeating the passage."""
    assert build_lexical_texts([DOCUMENT], [PASSAGE]) == ["Animals · Film Film Cats sleep. Dogs dig."]


def test_a_passage_without_heading_or_title_has_less_above_it() -> None:
    """No separator is left over, and no word where there is none."""
    bare = Passage("a.txt", 0, 26, (Span(5, 16),))
    assert build_contexts([DOCUMENT], [bare]) == ["Animals"]
    assert build_contexts([Document("a.txt", DOCUMENT.text)], [bare, PASSAGE]) == ["", "Film"]

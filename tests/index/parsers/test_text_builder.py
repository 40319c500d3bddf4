"""Texts that parsers put together."""

from hypothesis import given
from hypothesis import strategies as st

from index.parsers.text_builder import TextBuilder
from index.types import Heading, Place

TEXTS = st.text(st.characters(categories=["L", "N", "Zs", "Cc"]), max_size=20)
STEPS = st.lists(st.tuples(st.sampled_from(["heading", "paragraph", "code", "place"]), TEXTS), max_size=12)


def test_blocks_headings_and_places() -> None:
    """An empty line between blocks; an empty place and an empty block leave nothing."""
    builder = TextBuilder()
    builder.begin_place("slide 1")
    builder.begin_place("slide 2")
    builder.add_heading(" The\nplan ", 2)
    builder.add_paragraph("One.\r\n\r\n  Two.  ")
    builder.add_paragraph(" \n ")
    builder.begin_place("slide 3")
    builder.add_table([["City", "Rooms"], ["Rome", "4"]])
    document = builder.build("a.pptx", " A  title ", {"author": "Sana"})
    assert document.text == "The plan\n\nOne.\nTwo.\n\nCity · Rooms\n\nRome · Rooms: 4"
    assert (document.headings, document.title) == ((Heading(0, 8, 2),), "A title")
    assert document.places == (Place(0, "slide 2"), Place(21, "slide 3"))
    assert document.text[21:].startswith("City")


@given(STEPS)
def test_offsets_slice_exactly(steps: list[tuple[str, str]]) -> None:
    """Whatever is added, a heading is its words, and places and headings are in order inside the text."""
    builder, expected = TextBuilder(), []
    for kind, text in steps:
        if kind == "heading":
            builder.add_heading(text)
            expected += [words] if (words := " ".join(text.split())) else []
        elif kind == "paragraph":
            builder.add_paragraph(text)
        elif kind == "code":
            builder.add_code(text)
        else:
            builder.begin_place(text or "x")
    document = builder.build("a")
    assert [document.text[one.start : one.end] for one in document.headings] == expected
    starts = [place.start for place in document.places]
    assert starts == sorted(set(starts))
    assert all(document.text[start:].strip() for start in starts)
    assert builder.is_empty == (not document.text)
    assert "\n\n\n" not in document.text or any(kind == "code" for kind, _ in steps)

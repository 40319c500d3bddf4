"""The data types of the offline half."""

from dataclasses import FrozenInstanceError, fields, is_dataclass
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import types
from index.types import Document, Passage, Span

EDGES = st.integers(0, 12)


@given(EDGES, EDGES, EDGES, EDGES)
def test_spans_overlap_if_they_share_a_character(a: int, b: int, c: int, d: int) -> None:
    """The result is that of the sets of their characters, for spans that are not empty."""
    one, other = Span(min(a, b), max(a, b) + 1), Span(min(c, d), max(c, d) + 1)
    shared = set(range(one.start, one.end)) & set(range(other.start, other.end))
    assert one.overlaps(other) == other.overlaps(one) == bool(shared)


def test_adjacent_spans_do_not_overlap() -> None:
    """The end of a span does not belong to it."""
    assert not Span(0, 3).overlaps(Span(3, 5))
    assert not Span(3, 5).overlaps(Span(0, 3))
    assert Span(0, 4).overlaps(Span(3, 5))


def test_a_document_is_known_by_its_bytes_in_utf8() -> None:
    """Anybody can check a quotation with sha256sum."""
    assert Document("a", "Shōnen 😀").sha256 == sha256("Shōnen 😀".encode()).hexdigest()


def test_the_id_of_a_passage_is_its_place() -> None:
    """It is composed of document, start and end, as in API.md."""
    assert Passage("blame.txt", 1900, 2300, ()).id == "blame.txt#1900-2300"


def test_data_types_are_immutable() -> None:
    """Every dataclass is frozen and has slots."""
    classes = [thing for thing in vars(types).values() if isinstance(thing, type) and is_dataclass(thing)]
    assert len(classes) >= 7
    for cls in classes:
        assert "__slots__" in vars(cls), cls
        with pytest.raises(FrozenInstanceError):
            setattr(object.__new__(cls), fields(cls)[0].name, None)

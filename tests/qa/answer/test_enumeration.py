"""Splitting an answer that names several things."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.types import Span
from qa.answer.enumeration import split_enumeration


def split(text: str, question: str = "Which things are there?") -> list[str]:
    return [text[part.start : part.end] for part in split_enumeration(text, Span(0, len(text)), question)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("JPEG, PNG, HEIC and TIFF", ["JPEG", "PNG", "HEIC", "TIFF"]),
        ("Charlestown and Bristol", ["Charlestown", "Bristol"]),
        ("tyres (except with Relax, Go), keys, and damage", ["tyres (except with Relax, Go)", "keys", "damage"]),
        ("1 January, 1 April or 1 July", ["1 January", "1 April", "1 July"]),
        ("1,000 and 2,000", ["1,000", "2,000"]),
        ("Smith, Jr., Jones and May 27, 2004", ["Smith, Jr.", "Jones", "May 27, 2004"]),
        ("a letter; proof of means, if any; a form", ["a letter", "proof of means, if any", "a form"]),
        ("fried potatoes · green salad · greens", ["fried potatoes", "green salad", "greens"]),
        ("`queued`, `done` or `failed`", ["queued", "done", "failed"]),
        ("Shoes with a sole\n2. Two sets of clothes\n3. Pants", ["Shoes with a sole", "Two sets of clothes", "Pants"]),
        ("- Shoes, black\n- Pants", ["Shoes, black", "Pants"]),
        ("red | blue | green", ["red", "blue", "green"]),
        ("the red one and the blue one", ["the red one", "the blue one"]),
        ("fish and chips, bacon and eggs, and tea", ["fish and chips", "bacon and eggs", "tea"]),
        ("Trinidad and Tobago, Barbados, and Jamaica", ["Trinidad and Tobago", "Barbados", "Jamaica"]),
        ("Washington, D.C., and New York", ["Washington, D.C.", "New York"]),
        ("the U.K., the U.S. and Canada", ["the U.K.", "the U.S.", "Canada"]),
        ("tea, coffee, milk, etc.", ["tea", "coffee", "milk"]),
        ("tea, coffee and more", ["tea", "coffee"]),
        ("3 May, 4 May and 5 May", ["3 May", "4 May", "5 May"]),
    ],
)
def test_an_enumeration_is_split(text: str, expected: list[str]) -> None:
    """At commas or semicolons and the last "and" or "or", at items and at cells; brackets and dates stay whole."""
    assert split(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "May 27, 2004",
        "John Smith, Jr.",
        "London, England",
        "Kestrel & Moth",
        "hard and fast rules",
        "students of 65 and over",
        "two filters and water",
        "a link, which others can see, and a note",
        "12,500 metres",
        "Trinidad and Tobago, Barbados and Jamaica",
        "3, 4 and 5 May",
        "10 or 20 minutes",
        "May 3, 4 and 5",
        "It ends. He goes, she stays and they wait",
        "curl -s a, b and c | jq",
    ],
)
def test_one_thing_is_one_part(text: str) -> None:
    """A date, a name, a place, a clause or two unlike things are no enumeration."""
    text = f"$ {text}" if text.startswith("curl") else text
    assert split(text) == [text]


@pytest.mark.parametrize("name", ["Romeo and Juliet", "Marks and Spencer", "black and white"])
def test_two_things_are_split_only_if_several_are_asked_for(name: str) -> None:
    """By a numeral or a plural that is no name; otherwise "X and Y" may be one name."""
    first, second = name.split(" and ")
    assert split(name, "Who are the Beatles of Verona?") == [name]
    assert split(name, "List what Anna saw") == [name]
    assert split(name, "Which two did she see?") == [first, second]
    assert split(name, "Name all people in it") == [first, second]
    assert split(name, "What are the colours?") == [first, second]


@settings(max_examples=300, deadline=None)
@given(st.text('aB1 ,;&|()*`"-.\nöand or', max_size=40), st.data())
def test_the_parts_are_in_the_span_in_order(text: str, data: st.DataObject) -> None:
    """None is empty, none overlaps another, and all are inside the span."""
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    parts = split_enumeration(text, Span(start, end), "Which two?")
    assert parts
    assert parts[0].start >= start
    assert parts[-1].end <= end
    assert all(first.end <= second.start for first, second in pairwise(parts))
    assert len(parts) == 1 or all(part.start < part.end for part in parts)

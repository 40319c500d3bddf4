"""JSON: values as lines that can be read alone, and corpora."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.types import Document, LoadProblem
from tests.index.parsers.conftest import Parse

HOTELS = {
    "title": "Hotels",
    "year": 2024,
    "hotels": [
        {"name": "Rome Inn", "price": 58.5, "address": {"city": "Rome"}, "tags": ["pool", "bar"], "open": True},
        {"name": "Paris Inn", "price": 99, "owner": None},
    ],
    "staff": {"Sana": {"role": "manager"}, "Ali": {"role": "cook"}},
    "table": [["Country", "Allowance"], ["France", "58.00"]],
}
SCALARS = st.one_of(st.text("abcdef 0123", max_size=30), st.integers(), st.booleans(), st.none())
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=5)
)


def document(parse: Parse, value: Any) -> Document:  # noqa: ANN401 -- JSON
    """The one document of a file with this value, or with these bytes."""
    (item,) = parse("a.json", value if isinstance(value, bytes) else json.dumps(value).encode())
    assert isinstance(item, Document)
    return item


def test_records_are_lines(parse: Parse) -> None:
    """Records of a list or by name, nested objects by path, rows of a table; lists begin with their key."""
    hotels = document(parse, HOTELS)
    assert hotels.text == (
        "title: Hotels · year: 2024\n\n"
        "hotels\n\n"
        "name: Rome Inn · price: 58.5 · address.city: Rome · tags: pool, bar · open: true\n\n"
        "name: Paris Inn · price: 99\n\n"
        "staff\n\nSana · role: manager\n\nAli · role: cook\n\n"
        "table\n\nCountry · Allowance\n\nFrance · Allowance: 58.00"
    )
    assert hotels.title == "Hotels"
    assert [hotels.text[one.start : one.end] for one in hotels.headings] == ["hotels", "staff", "table"]


def test_a_long_record_names_itself_in_each_line(parse: Parse) -> None:
    """Records inside it, too."""
    order = {"id": 17, "note": "word " * 100, "items": [{"sku": "x1", "count": 2}, {"sku": "x2", "count": 3}]}
    lines = document(parse, [order, order | {"id": 18}]).text.split("\n\n")
    assert [line[:6] for line in lines] == ["id: 17"] * 3 + ["id: 18"] * 3
    assert lines[1:3] == ["id: 17 · items · sku: x1 · count: 2", "id: 17 · items · sku: x2 · count: 3"]


def test_numbers_are_as_they_are_written(parse: Parse) -> None:
    """A price keeps its zero, and a long number its digits."""
    assert document(parse, b'{"price": 58.00, "id": 12345678901234567890123, "x": NaN}').text == (
        "price: 58.00 · id: 12345678901234567890123 · x: NaN"
    )


def test_both_values_of_a_key_that_occurs_twice_are_kept(parse: Parse) -> None:
    """Python's own reader would lose the first."""
    assert document(parse, b'{"name": "Rome", "name": "Roma"}').text == "name: Rome, Roma"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VALUES)
def test_no_value_is_lost(parse: Parse, value: Any) -> None:  # noqa: ANN401 -- JSON
    """Every word inside is in the text, each time, and headings slice to words; a value without words is refused."""
    words = sorted(list_words(value))
    if not words:
        with pytest.raises(LoadError):
            document(parse, value)
        return
    found = document(parse, value)
    assert all(found.text[one.start : one.end].strip() for one in found.headings)
    shown = found.text.replace(",", " ").replace(":", " ").split()
    assert all(shown.count(word) >= words.count(word) for word in words)


def list_words(value: Any) -> list[str]:  # noqa: ANN401 -- JSON
    """All words of the scalars inside a value."""
    if isinstance(value, dict):
        return [word for one in value.values() for word in list_words(one)]
    if isinstance(value, list):
        return [word for one in value for word in list_words(one)]
    return (str(value).lower() if isinstance(value, bool) else str(value)).split() if value is not None else []


def test_a_corpus_is_many_documents(parse: Parse) -> None:
    """As in JSON lines: fields are metadata, an id occurs once, and a bad record is a problem with its number."""
    records = [
        {"_id": "a", "title": "One", "text": "Killy walks.", "year": 1998},
        {"_id": "a", "text": "again"},
        {"title": "Two", "text": "Cibo"},
        {"title": "Three", "text": " "},
    ]
    first, second, third, fourth = parse("a.json", json.dumps(records).encode())
    assert first == Document("a", "Killy walks.", "One", {"year": 1998})
    assert isinstance(second, LoadProblem)
    assert (third.id if isinstance(third, Document) else "") == "a.json:3"
    assert fourth == LoadProblem("a.json:4", 'has an empty "text"; fill it or remove the line')


def test_a_list_of_texts_without_names_is_one_document(parse: Parse) -> None:
    """The lines of a transcript are no documents of their own."""
    lines = [{"text": "Who is there?", "start": 1.5}, {"text": "It is Killy.", "start": 3.25}]
    assert document(parse, lines).text == "text: Who is there? · start: 1.5\n\ntext: It is Killy. · start: 3.25"


def test_a_value_a_line_is_read_as_a_list(parse: Parse) -> None:
    """Many programs write JSON lines into a .json file."""
    assert document(parse, b'{"name": "Rome"}\n{"name": "Paris"}\n').text == "name: Rome\n\nname: Paris"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "has no value with text"),
        ('{"a": 1', "is not JSON"),
        ('{"a": 1} x', "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[" * 200 + '"deep"' + "]" * 200, "is nested more than 100 levels deep"),
        ("{}", "has no value with text"),
        ('[null, ""]', "has no value with text"),
    ],
)
def test_what_cannot_be_a_document_is_refused(parse: Parse, source: str, reason: str) -> None:
    """Damaged, hostile and empty files; the message says why."""
    with pytest.raises(LoadError, match=reason):
        parse("a.json", source.encode())

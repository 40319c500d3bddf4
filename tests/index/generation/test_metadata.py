"""Normalised metadata: the fields of a document, from its metadata and its id."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from index.generation.metadata import (
    MAX_VALUE_CHARS,
    MAX_VALUES,
    fold_value,
    normalize_metadata,
    number_date,
    parse_date,
)
from index.generation.metadata_filter import MetadataFilter

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("metadata", "fields"),
    [
        ({"tags": "a, b; A"}, {"tag": ("a", "b")}),
        ({"tags": ["a", "b"], "keywords": "c"}, {"tag": ("a", "b", "c")}),
        ({"author": "Ann; Bob"}, {"author": ("Ann", "Bob")}),
        ({"author": "Nihei, Tsutomu"}, {"author": ("Nihei, Tsutomu",)}),
        ({"authors": [{"name": "Ann", "email": "a@b"}, "Bob"]}, {"author": ("Ann", "Bob")}),
        ({"lang": "en-GB"}, {"language": ("en",)}),
        ({"language": "Klingon"}, {"language": ("Klingon",)}),
        ({"date": "2025-01-31T10:00:00Z"}, {"date": ("2025-01-31",), "year": ("2025",)}),
        ({"date": "soon", "created": "2024-12"}, {"created": ("2024-12",), "date": ("2024-12",), "year": ("2024",)}),
        ({"year": 2017}, {"date": ("2017",), "year": ("2017",)}),
        ({"rating": 4.5, "draft": True, "none": None}, {"draft": ("true",), "rating": ("4.5",)}),
        ({"sizes": [1, 2, [3]], "nested": {"a": 1}}, {"sizes": ("1", "2")}),
        ({"note": "x" * (MAX_VALUE_CHARS + 1)}, {}),
    ],
    ids=str,
)
def test_metadata_becomes_fields(metadata: dict[str, object], fields: dict[str, tuple[str, ...]]) -> None:
    """Lists, separators, other names of the same field, dates, languages and numbers."""
    assert normalize_metadata("doc", metadata) == {"folder": (".",), **fields}


@pytest.mark.parametrize(
    ("id", "folder", "format"),
    [
        ("hr/travel/rates.MD", "hr/travel", "md"),
        ("corpus.jsonl.gz:17", ".", "jsonl.gz"),
        ("notes", ".", None),
        ("v1.2", ".", None),
    ],
)
def test_folder_and_format_are_those_of_the_id(id: str, folder: str, format: str | None) -> None:
    """The format is an extension that is read; nothing is a format because it follows a dot."""
    fields = normalize_metadata(id, {})
    assert (fields["folder"], fields.get("format")) == ((folder,), (format,) if format else None)


def test_a_document_without_a_path_may_state_folder_and_format() -> None:
    """As a line of a .jsonl does; a path that is there counts more."""
    stated = {"folder": "/films/", "format": "html"}
    assert normalize_metadata("Blame!", stated) == {"folder": ("films",), "format": ("html",)}
    assert normalize_metadata("a/b.txt", stated) == {"folder": ("a",), "format": ("txt",)}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025", "2025"),
        ("2025-1", "2025-01"),
        ("2025/1/3", "2025-01-03"),
        ("20250131", "2025-01-31"),
        ("2025-01-31 10:00", "2025-01-31"),
        ("Mon, 27 Nov 2026 10:00:00 +0100", "2026-11-27"),
        ("2025-02-30", None),
        ("31/01/2025", None),
        ("0000", None),
        ("v2025", None),
        ("", None),
        ("2025-01-31" + "x" * 1000, None),
    ],
)
def test_dates(text: str, day: str | None) -> None:
    """ISO 8601 with as many parts as there are, and those of e-mails; what is ambiguous is no date."""
    assert parse_date(text) == day


@pytest.mark.parametrize(("day", "first", "last"), [("2025", 20250101, 20251231), ("2025-03", 20250301, 20250331)])
def test_a_date_without_a_day_is_its_first_or_last_one(day: str, first: int, last: int) -> None:
    """So that a range includes all of a year that ends it."""
    assert (number_date(day), number_date(day, latest=True)) == (first, last)


@given(st.text(max_size=20), st.dictionaries(st.text(max_size=12), JSON, max_size=6))
def test_any_metadata_can_be_normalised(id: str, metadata: dict[str, object]) -> None:
    """Every field has at least one value, none twice, none long; a filter for each of them can be written."""
    for name, values in normalize_metadata(id, metadata).items():
        assert values
        assert len({fold_value(value) for value in values}) == len(values) <= MAX_VALUES
        assert all(0 < len(value) <= MAX_VALUE_CHARS for value in values)
        assert json.loads(json.dumps(name)) == name


def test_a_filter_is_normalised() -> None:
    """Order, other names and single values make no difference, so that equal filters are cached once."""
    one = MetadataFilter.parse({"tags": "b", "date": {"from": "2025-1-1", "to": None}, "year": 2017})
    assert one == MetadataFilter.parse({"year": ["2017"], "tag": ["b"], "date": {"from": "2025-01-01"}})
    assert hash(one) == hash(MetadataFilter.parse({"year": ["2017"], "tag": ["b"], "date": {"from": "2025-01-01"}}))
    assert not MetadataFilter.parse({})


@pytest.mark.parametrize(
    "conditions",
    [{"tag": []}, {"tag": {"a": 1}}, {"tag": [["a"]]}, {"tag": None}, {"date": {"since": "2025"}}, {"date": {"to": 5}}],
    ids=str,
)
def test_a_wrong_filter_is_named(conditions: dict[str, object]) -> None:
    """The message has the field, and what it must be."""
    with pytest.raises(UsageError, match=r"(tag|date).* (must be|must have) "):
        MetadataFilter.parse(conditions)

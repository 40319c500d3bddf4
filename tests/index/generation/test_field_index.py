"""The index of metadata against counting by hand."""

from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.generation.documents import Documents
from index.generation.field_index import FieldIndex, ValueCount
from index.generation.metadata import fold_value, normalize_metadata, number_date
from index.generation.metadata_filter import MetadataFilter
from index.types import Document

VALUES = st.sampled_from(["a", "A", "b c", "Ä", "ä", "é", "1", "*"])
DAYS = st.sampled_from(["2024", "2024-05", "2024-05-06", "2025-01-01", "soon"])
METADATA = st.fixed_dictionaries(
    {}, optional={"tags": st.lists(VALUES, max_size=3), "author": VALUES, "date": DAYS, "level": st.integers(1, 3)}
)
FOLDERS = st.sampled_from(["", "hr/", "hr/travel/", "it/", "hrx/"])
DOCUMENTS = st.lists(st.tuples(FOLDERS, METADATA), max_size=12).map(
    lambda rows: [Document(f"{folder}{n}.md", "x", metadata=data) for n, (folder, data) in enumerate(rows)]
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "tag": st.lists(VALUES, min_size=1, max_size=2),
        "author": VALUES,
        "level": st.integers(1, 4),
        "folder": st.lists(st.sampled_from(["hr", "hr/", "hr/**", "h*", ".", "**", "*/travel"]), min_size=1),
        "date": st.fixed_dictionaries({}, optional={"from": DAYS.filter(lambda day: day != "soon"), "to": st.just("2024-05")}),
    },
)  # fmt: skip


def passes(document: Document, conditions: MetadataFilter) -> bool:
    """Whether a document meets all conditions, evaluated one by one."""
    fields = normalize_metadata(document.id, document.metadata)
    for field, values in conditions.values:
        if field == "folder":
            (folder,) = fields["folder"]
            names = [name.removesuffix("/") for name in values]
            if not any(fnmatchcase(folder, one) or (one[-3:] == "/**" and folder == one[:-3]) for one in names):
                return False
        elif {fold_value(one) for one in values}.isdisjoint(map(fold_value, fields.get(field, ()))):
            return False
    first, last = conditions.date_numbers
    days = [number_date(day) for day in fields.get("date", ())]
    return not conditions.has_dates or any(first <= day <= last for day in days)


@given(DOCUMENTS, FILTERS, st.booleans())
def test_a_filter_lets_through_what_meets_every_condition(
    documents: list[Document], conditions: dict[str, object], saved: bool
) -> None:
    """As evaluating the conditions for each document does, also with patterns of ids, in memory and from disk."""
    chosen = MetadataFilter.parse(conditions)
    index = Documents.build(documents)
    with TemporaryDirectory() as folder:
        if saved:
            index.save(Path(folder))
            index = Documents.load(Path(folder))
        found = index.select(("*1*", "hr/*"), chosen)
        expected = [n for n, one in enumerate(documents) if passes(one, chosen)]
        assert found is not None
        assert found.tolist() == [n for n in expected if "1" in documents[n].id or documents[n].id.startswith("hr/")]
        everything = index.select((), chosen)
        assert (list(range(len(documents))) if everything is None else everything.tolist()) == expected
        assert (everything is None) == (not chosen)


@given(DOCUMENTS, st.sets(st.integers(0, 11)) | st.none())
def test_facets_are_what_counting_by_hand_gives(documents: list[Document], allowed: set[int] | None) -> None:
    """Of each value, in any case, among the allowed documents; the most frequent ones first."""
    fields = [normalize_metadata(document.id, document.metadata) for document in documents]
    index = FieldIndex.build(fields)
    rows = sorted(set(range(len(documents))) & (set(range(12)) if allowed is None else allowed))
    positions = None if allowed is None else np.array(rows, dtype=np.int64)
    for name in ("tag", "author", "level", "folder", "year", "nothing"):
        counted = Counter(fold_value(value) for row in rows for value in fields[row].get(name, ()))
        facets = index.count_values(name, positions, 100)
        assert {fold_value(one.value): one.count for one in facets} == counted
        assert [one.count for one in facets] == sorted(counted.values(), reverse=True)
        assert index.count_values(name, positions, 1) == facets[:1]


def test_a_document_has_its_values_as_they_were_written() -> None:
    """And of spellings that differ in case the first one is counted."""
    index = FieldIndex.build([{"tag": ("b", "A")}, {}, {"tag": ("a",)}])
    assert [index[n] for n in range(3)] == [{"tag": ("b", "A")}, {}, {"tag": ("a",)}]
    assert index.count_values("tag", None, 9) == [ValueCount("A", 2), ValueCount("b", 1)]
    assert index.find_documents("tag", " a ").tolist() == [0, 2]


@pytest.mark.parametrize("count", [1_000, 100_000])
def test_many_documents(count: int) -> None:
    """A value that one document has, and one that every twentieth has, are found among many."""
    index = FieldIndex.build(
        [{"key": (f"k{n}",), "tag": ("rare",) if n % 20 == 0 else ("common",)} for n in range(count)]
    )
    assert index.find_documents("key", f"K{count - 1}").tolist() == [count - 1]
    assert index.find_documents("tag", "rare").tolist() == list(range(0, count, 20))
    assert index.find_documents("tag", "no").tolist() == []
    assert index.count_values("tag", np.arange(40), 9) == [ValueCount("common", 38), ValueCount("rare", 2)]

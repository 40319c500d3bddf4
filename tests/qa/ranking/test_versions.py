"""Of two versions the newer one is known by the dates of their metadata, and by nothing else."""

from collections.abc import Sequence

import numpy as np
import pytest

from index.build.copies import CopyGroup
from index.build.near_passages import mark_near_copies
from index.generation.documents import Documents
from index.generation.passages import Passages
from index.types import Document, Passage, Span
from qa.ranking.versions import Versions

TEXT = "The daily allowance in France is {}.00 EUR."
Row = tuple[str, str | None]


def build(rows: Sequence[Row], *, copies: bool = True) -> Versions:
    """Build near copies, each with a title and a date, and what is known of them."""
    documents = [
        Document(f"{n}.md", TEXT.format(20 + n), title, {} if day is None else {"date": day})
        for n, (title, day) in enumerate(rows)
    ]
    whole = [Passage(one.id, 0, len(one.text), (Span(0, len(one.text)),)) for one in documents]
    passages = Passages.build(whole, Documents.build(documents))
    group = CopyGroup(tuple(one.id for one in documents), False)
    return Versions(mark_near_copies(passages, [group] if copies else []))


RULES = ("Travel rules", "2023-02-01"), ("Travel rules", "2024-03-01"), ("Travel rules", "2022")


def test_the_newest_stands_for_all() -> None:
    """Whatever the order of the documents."""
    versions = build(RULES)
    assert versions.drop_superseded("daily allowance", [0, 1, 2]) == [1]
    assert versions.drop_superseded("daily allowance", [2, 0]) == [0]
    assert versions.drop_superseded("daily allowance", [2]) == [2]
    assert versions.find_newer(2, np.array([0, 1, 2])) == versions.find_newer(0, np.array([0, 1, 2])) == 1
    assert versions.find_newer(1, np.array([0, 1, 2])) is None
    assert versions.find_newer(2, np.array([0, 2])) == 0


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("What was the allowance in 2023?", [0]),
        ("allowance since 2022", [2]),
        ("allowance of 2023-02", [0]),
        ("Did it change from 2023 to 2024?", [1]),
        ("Who gets 20.00 EUR?", [1]),
    ],
)
def test_a_question_may_name_an_older_version(question: str, left: list[int]) -> None:
    """By its date as far as it is known; the newest one if it names several."""
    assert build(RULES).drop_superseded(question, [0, 1, 2]) == left


@pytest.mark.parametrize(
    ("question", "named"),
    [("the allowance in 2022?", 2), ("allowance of 2023-02", 0), ("allowance", None), ("Who gets 20 EUR?", None)],
)
def test_a_named_version_is_found_from_any_other(question: str, named: int | None) -> None:
    """So it can be an answer though the search found another one: its date is in its metadata alone."""
    versions = build(RULES)
    for passage in range(3):
        assert versions.find_named(question, passage, np.array([0, 1, 2])) == named
    assert versions.find_named("2022", 0, np.array([0, 1])) is None
    assert build(RULES, copies=False).find_named("2022", 0, np.array([0])) is None


@pytest.mark.parametrize(
    "rows",
    [
        [("Travel rules", "2023"), ("Travel rules", None)],
        [("Travel rules", "2023"), ("Travel rules", "2023-05-01")],
        [("Travel rules", "2023"), ("Travel rules", "2023")],
        [("Model A", "2023"), ("Model B", "2024")],
    ],
    ids=["one without a date", "the same year", "the same date", "other titles"],
)
def test_what_the_metadata_do_not_say_is_not_guessed(rows: list[Row]) -> None:
    """Both stay, and the better one is shown."""
    versions = build(rows)
    assert versions.drop_superseded("daily allowance", [0, 1]) == [0, 1]
    assert versions.find_newer(0, np.array([0, 1])) is None


def test_titles_may_differ_in_numbers() -> None:
    """Which also name a version."""
    versions = build([("Handbook 1.2", "2023"), ("HANDBOOK 2.0", "2024")])
    assert versions.drop_superseded("daily allowance", [0, 1]) == [1]
    assert versions.drop_superseded("daily allowance of handbook 1.2", [0, 1]) == [0]


def test_documents_that_are_no_copies_are_no_versions() -> None:
    """The minutes of two meetings have the same title, too."""
    assert build(RULES, copies=False).drop_superseded("daily allowance", [0, 1, 2]) == [0, 1, 2]


def test_documents_that_are_the_same_word_for_word_are_no_versions() -> None:
    """Even if a third one is nearly the same; it is a version of both."""
    rows = [("old.md", "2022", "28"), ("again.md", "2023", "28"), ("new.md", "2024", "30")]
    documents = [
        Document(name, TEXT.format(number), "Travel rules", {"date": day, "tag": name}) for name, day, number in rows
    ]
    whole = [Passage(one.id, 0, len(one.text), (Span(0, len(one.text)),)) for one in documents]
    passages = Passages.build(whole, Documents.build(documents))
    versions = Versions(mark_near_copies(passages, [CopyGroup(tuple(name for name, _, _ in rows), False)]))
    assert versions.drop_superseded("daily allowance", [0, 1]) == [0, 1]
    assert versions.find_newer(0, np.array([0, 1])) is None
    assert versions.drop_superseded("daily allowance", [0, 1, 2]) == [2]


def test_metadata_of_other_documents_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A footer may be in thousands of dated documents that are no copies."""
    ids = [f"{n}.md" for n in range(9)]
    documents = [Document(name, TEXT, "Travel rules", {"date": f"{2015 + n}"}) for n, name in enumerate(ids)]
    whole = [Passage(name, 0, len(TEXT), (Span(0, len(TEXT)),)) for name in ids]
    passages = mark_near_copies(Passages.build(whole, Documents.build(documents)), [CopyGroup(("0.md", "1.md"), False)])
    read, get_date = list[int](), passages.documents.get_date
    monkeypatch.setattr(passages.documents, "get_date", lambda document: read.append(document) or get_date(document))
    assert Versions(passages).find_newer(0, np.arange(9)) is None
    assert read == [0, 1]
    assert Versions(passages).find_newer(5, np.arange(9)) is None
    assert read == [0, 1]

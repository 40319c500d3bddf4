"""A group of copies that did not change is not compared again, and its near copies are what they would be otherwise."""

from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import index.build.group_texts as group_texts
import index.build.near_passages as near_passages
from index.build.copies import CopyGroup
from index.build.near_passages import mark_near_copies
from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.documents import Documents
from index.generation.generation import Generation
from index.generation.near_copies import NO_NEAR_COPIES, NearCopies
from index.generation.passages import Passages
from index.progress import Terminal
from index.settings import IndexSettings
from index.text.sketch import list_pieces
from index.types import Document, Passage, Span
from tests.doubles import WordEncoder

# Each is nearly the same as the others of its row, so that a document with two of them tells these apart.
TEXTS = [
    f"The daily allowance in {country} is {number}.00 EUR, as it was." for country in ("France", "Spain", "Germany")
    for number in (28, 30, 31)
]  # fmt: skip
LINES = st.tuples(st.sampled_from(TEXTS), st.sampled_from([None, "Trains 1", "Trains 2", "Hotels"]))
DOCUMENTS = st.dictionaries(st.sampled_from("abcdefgh"), st.lists(LINES, min_size=1, max_size=3), min_size=3)
# Which documents are in which group of copies.
GROUPS = st.fixed_dictionaries({name: st.integers(0, 2) for name in "abcdefgh"})
MUSEUM = "The museum of the sea is open every day from nine to {}, except on Mondays and on holidays of the country."
Lines = Sequence[tuple[str, str | None]]
FRANCE, OTHER, THIRD, SPAIN = ([(text, None)] for text in TEXTS[:4])
APART = {"a": 0, "b": 0, "c": 1, "d": 1, "e": 2, "f": 2, "g": 3, "h": 4}


def build(documents: Mapping[str, Lines]) -> Passages:
    """Build documents of which each line is a passage, with its heading."""
    texts, passages = [], []
    for name, lines in sorted(documents.items()):
        texts.append(Document(name, "\n".join(text for text, _ in lines)))
        start = 0
        for text, heading in lines:
            passages.append(Passage(name, start, start + len(text), (Span(start, start + len(text)),), heading))
            start += len(text) + 1
    return Passages.build(passages, Documents.build(texts))


def mark(documents: Mapping[str, Lines], numbers: Mapping[str, int], known: NearCopies = NO_NEAR_COPIES) -> NearCopies:
    members = [[name for name in sorted(documents) if numbers[name] == number] for number in range(5)]
    groups = [CopyGroup(tuple(names), False) for names in members if len(names) > 1]
    return mark_near_copies(build(documents), groups, known).near_copies


@settings(max_examples=150, deadline=None)
@given(before=DOCUMENTS, after=DOCUMENTS, replaced=st.booleans(), numbers=GROUPS, listed=st.sampled_from([0, 1, 2, 64]))
# What other groups linked, what a document elsewhere tells apart, headings, which document has which text, how many.
@example({"c": OTHER, "d": [*FRANCE, *THIRD]}, {"a": OTHER, "b": FRANCE}, False, APART, 64)
@example({"a": FRANCE, "b": SPAIN, "c": FRANCE, "d": SPAIN}, {"g": [*FRANCE, *SPAIN]}, False, APART, 64)
@example({"c": FRANCE, "d": OTHER, "g": [*FRANCE, *OTHER]}, {"c": FRANCE, "d": OTHER, "h": SPAIN}, True, APART, 64)
@example({"c": FRANCE, "d": OTHER, "g": [*FRANCE, *OTHER]}, {"c": FRANCE, "d": OTHER, "h": FRANCE}, True, APART, 1)
@example({"c": FRANCE, "d": OTHER}, {"g": [*FRANCE, *OTHER], "h": FRANCE}, False, APART, 2)
@example({"c": FRANCE, "d": OTHER}, {"g": [*FRANCE, *OTHER], "h": OTHER}, False, APART, 0)
@example({"c": FRANCE, "d": OTHER}, {"c": [(TEXTS[0], "Trains 1")], "d": [(TEXTS[1], "Hotels")]}, False, APART, 64)
@example({"c": [*FRANCE, *SPAIN], "d": [*FRANCE, *OTHER]}, {"d": [*SPAIN, *OTHER]}, False, APART, 64)
@example({"c": FRANCE, "d": [*OTHER, *SPAIN]}, {"c": [*FRANCE, *OTHER], "d": SPAIN}, False, APART, 64)
@example({"c": FRANCE, "d": OTHER}, {"a": OTHER, "b": THIRD}, False, APART, 64)
def test_an_update_links_what_a_fresh_build_links(
    before: Mapping[str, Lines], after: Mapping[str, Lines], replaced: bool, numbers: Mapping[str, int], listed: int
) -> None:
    """Exactly, whatever was added, replaced and removed, in the group and elsewhere, of rare and of common texts."""
    documents = dict(after) if replaced else {**before, **after}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group_texts, "MAX_LISTED", listed)
        updated, fresh = mark(documents, numbers, mark(before, numbers)), mark(documents, numbers)
    assert updated.documents.tolist() == fresh.documents.tolist()
    assert updated.firsts.tolist() == fresh.firsts.tolist()
    assert updated.links.tobytes() == fresh.links.tobytes()


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are compared."""
    texts: list[str] = []
    monkeypatch.setattr(near_passages, "list_pieces", lambda text: (texts.append(text), list_pieces(text))[1])
    return texts


def test_a_document_elsewhere_leaves_a_group_as_it_is(compared: list[str]) -> None:
    """Also if passages move in the collection; one that has two of the texts of the group tells them apart."""
    known = mark({"c": FRANCE, "d": OTHER}, APART)
    assert known.firsts.tolist() == [[1, 0]]
    compared.clear()
    assert mark({"a": SPAIN, "c": FRANCE, "d": OTHER, "h": FRANCE}, APART, known).firsts.tolist() == [[2, 1]]
    assert compared == []
    assert mark({"c": FRANCE, "d": OTHER, "h": [*FRANCE, *OTHER]}, APART, known).firsts.tolist() == []


def write(folder: Path, documents: Mapping[str, str | None]) -> Generation:
    overrides = {name: text and Document(name, text) for name, text in documents.items()}
    build_index(None, IndexSettings(index=str(folder)), WordEncoder(), overrides=overrides)
    return IndexDirectory(folder).open_current()


def test_an_update_compares_what_changed(tmp_path: Path, compared: list[str]) -> None:
    """Only the passages of its group, and the generation has the files of one that is built from scratch."""
    railway = "Trains to the coast leave from platform two in summer, and from platform one in winter, at about {}."
    documents = {
        f"{n}-{hour}": text.format(hour) for n, text in enumerate((MUSEUM, railway)) for hour in ("five", "six")
    }
    write(tmp_path / "one", documents)
    assert len(compared) == 4
    compared.clear()
    changed = {"1-seven": railway.format("seven")}
    updated = write(tmp_path / "one", changed)
    assert compared
    assert all("Trains" in one for one in compared)
    assert updated.manifest.files == write(tmp_path / "other", documents | changed).manifest.files


def test_comparing_passages_is_shown(tmp_path: Path) -> None:
    """As a step of the build; all passages of documents that are copies count, also if nothing is compared."""
    texts = {name: MUSEUM.format(hour) for name, hour in (("a", "five"), ("b", "six"))}
    for more in ({}, {"c": "Dogs dig."}):
        shown = StringIO()
        documents = {name: Document(name, text) for name, text in (texts | more).items()}
        build_index(None, IndexSettings(index=str(tmp_path)), WordEncoder(), Terminal(shown), documents)
        assert "comparing passages: 2" in shown.getvalue().splitlines()

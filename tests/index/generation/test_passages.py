"""Documents and passages on disk are equal to those in memory that they were built from."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.generation.documents import Documents
from index.generation.passages import Passages
from index.text.searchable_text import build_context
from index.types import Document, Heading, Passage, PassageKind, Place, Span

DOCUMENTS = (
    Document("b.md", "# Ōtomo\n\nCats 猫 sleep. 😀 Dogs dig.", "Ōtomo", {"n": [1, {"x": None}]}, (Heading(2, 7),)),
    Document("a.pdf", "Birds sing.\fRats.", pages=(0, 12)),
    Document("c.pptx", "Ōtomo", places=(Place(0, "slide 1"),)),
)
PASSAGES = (
    Passage("b.md", 0, 21, (Span(9, 21),), "Ōtomo"),
    Passage("b.md", 22, len(DOCUMENTS[0].text), (Span(22, 24), Span(24, 33)), "Ōtomo", PassageKind.REFERENCE),
    Passage("a.pdf", 0, 11, (Span(0, 11),), page=1),
    Passage("a.pdf", 12, 17, (Span(12, 17),), "", page=2),
    Passage("c.pptx", 0, 5, (Span(0, 5),), "slide 1", place="Ōtomo"),
)


@pytest.fixture(params=["built", "saved"])
def passages(request: pytest.FixtureRequest, tmp_path: Path) -> Passages:
    documents = Documents.build(DOCUMENTS)
    built = Passages.build(PASSAGES, documents)
    if request.param == "built":
        return built
    documents.save(tmp_path / "documents")
    built.save(tmp_path / "passages")
    return Passages.load(tmp_path / "passages", Documents.load(tmp_path / "documents"))


def test_documents_and_passages_come_back_as_they_were(passages: Passages) -> None:
    """Every field, in order, from either end, and slices of them."""
    assert tuple(passages) == PASSAGES
    assert (passages[-1], passages[1:3]) == (PASSAGES[-1], PASSAGES[1:3])
    assert tuple(passages.documents) == passages.documents[:] == DOCUMENTS


def test_the_text_of_a_passage_is_read_without_its_document(passages: Passages) -> None:
    """Exactly the slice in code points, however many bytes the characters before it have."""
    texts = {document.id: document.text for document in DOCUMENTS}
    for position, passage in enumerate(PASSAGES):
        assert passages.get_text(position) == texts[passage.document][passage.start : passage.end]


def test_words_of_title_and_heading_count_for_the_passage(passages: Passages) -> None:
    """A question may name the document instead of repeating the passage."""
    assert passages.build_searchable_text(0) == f"Ōtomo {DOCUMENTS[0].text[:21]}"
    assert passages.build_searchable_text(4) == "slide 1 Ōtomo"


def test_copies_of_a_text_find_each_other(tmp_path: Path) -> None:
    """In order, whatever their case, line breaks and documents; a text of its own has no copy but itself."""
    texts = (
        "Cats  sleep.\nDogs dig.",
        "Rats.",
        "cats sleep. DOGS DIG.",
        "Cats sleep. Dogs dig!",
        "Rats.",
        "Cats sleep. Dogs dig.",
    )
    documents = Documents.build([Document(f"{n}.txt", text) for n, text in enumerate(texts)])
    rows = [Passage(f"{n}.txt", 0, len(text), (Span(0, len(text)),)) for n, text in enumerate(texts)]
    built = Passages.build(rows, documents)
    built.save(tmp_path)
    for passages in (built, Passages.load(tmp_path, documents)):
        assert passages.find_first_copies(range(6)).tolist() == [0, 1, 0, 3, 1, 0]
        assert passages.repeats.tolist() == [2, 4, 5]
        assert [passages.find_copies(n).tolist() for n in range(6)] == [
            [0, 2, 5],
            [1, 4],
            [0, 2, 5],
            [3],
            [1, 4],
            [0, 2, 5],
        ]


def test_a_collection_without_copies_has_none(passages: Passages) -> None:
    """Nothing is looked up for it."""
    assert passages.repeats.tolist() == []
    assert [passages.find_copies(n).tolist() for n in range(4)] == [[0], [1], [2], [3]]


def test_one_field_of_a_passage_is_read_without_the_passage(passages: Passages) -> None:
    """Its document, and the title and heading above it, are read by themselves."""
    for position, passage in enumerate(PASSAGES):
        title = next(document.title for document in DOCUMENTS if document.id == passage.document)
        assert passages.get_context(position) == build_context(title, passage.heading or "")
        assert DOCUMENTS[passages.find_document(position)].id == passage.document
    assert [edge.tolist() for edge in passages.find_ranges(0)] == [0, 2]
    assert [edge.tolist() for edge in passages.find_ranges(1)] == [2, 4]


def test_a_document_is_found_by_its_id_and_knows_its_hash(passages: Passages) -> None:
    """No other id finds it; the hash and the length are those of its text."""
    documents = passages.documents
    assert [documents.find_position(name) for name in ("b.md", "a.pdf", "A.PDF", "", "b.m")] == [0, 1, None, None, None]
    for position, document in enumerate(DOCUMENTS):
        assert documents.get_sha256(position) == document.sha256
        assert documents.count_characters(position) == len(document.text)
        assert documents.get_metadata(position) == document.metadata


@settings(max_examples=30, deadline=None)
@given(st.sets(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), min_size=1, max_size=30))
def test_any_ids_are_told_apart(names: set[str]) -> None:
    """In any order, saved or not."""
    ids = sorted(names, key=hash)
    built = Documents.build([Document(name, "x") for name in ids])
    with TemporaryDirectory() as folder:
        built.save(Path(folder))
        for documents in (built, Documents.load(Path(folder))):
            assert [documents.find_position(name) for name in ids] == list(range(len(ids)))
            assert documents.find_position("not among them") is None


def test_ids_with_one_hash_are_told_apart_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ids themselves are compared."""
    monkeypatch.setattr("index.generation.documents._hash_id", lambda name: 7)
    documents = Documents.build([Document(name, "x") for name in ("a", "b", "c")])
    assert [documents.find_position(name) for name in ("c", "a", "b", "d")] == [2, 0, 1, None]


def test_a_passage_of_no_document_is_refused() -> None:
    """It could not be shown."""
    with pytest.raises(KeyError, match=r"c\.txt"):
        Passages.build([Passage("c.txt", 0, 1, (Span(0, 1),))], Documents.build(DOCUMENTS))

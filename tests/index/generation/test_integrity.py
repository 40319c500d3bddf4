"""Every invariant of a generation, violated by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.documents import Documents
from index.generation.generation import Generation, GenerationContents
from index.generation.integrity import find_violations
from index.generation.passage_table import BYTE, DOCUMENT, FIRST_COPY
from index.generation.passages import Passages
from index.search.bm25 import BM25Index
from index.search.stores.exact import ExactStore
from index.settings import IndexSettings
from index.types import Document, Span
from tests.doubles import WordEncoder


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    folder = tmp_path_factory.mktemp("verify")
    (folder / "a.txt").write_text(
        "Cats sleep on mats. Dogs dig holes.\n\nTHE END\n\nBirds sing at dawn.", encoding="utf-8"
    )
    build_index(folder / "a.txt", IndexSettings(index=str(folder / "index")), WordEncoder())
    return IndexDirectory(folder / "index").open_current()


def faults(generation: Generation, **changed: object) -> str:
    return "; ".join(find_violations(replace(generation, contents=replace(generation.contents, **changed))))


def test_a_sound_generation_has_no_fault(sound: Generation) -> None:
    """There are no false alarms."""
    assert find_violations(sound) == []
    assert len(sound.contents.passages) == 2


def first_passage(contents: GenerationContents, **changed: object) -> Passages:
    return Passages.build([replace(contents.passages[0], **changed), *contents.passages[1:]], contents.documents)


def cell(contents: GenerationContents, row: int, column: int, value: int) -> Passages:
    table = contents.passages.table.copy()
    table[row, column] = value
    return Passages(contents.documents, table, contents.passages.sentences, contents.passages.names)


def test_passages_that_overlap_or_leave_a_gap_are_found(sound: Generation) -> None:
    """They must cover the text once, or quotations would be lost or doubled."""
    contents = sound.contents
    second = contents.passages[1]
    assert "overlap" in faults(sound, passages=first_passage(contents, end=second.start + 3))
    assert "do not cover" in faults(sound, passages=Passages.build(contents.passages[:1], contents.documents))


def test_rows_of_the_table_that_point_elsewhere_are_found(sound: Generation) -> None:
    """At a document that does not exist or comes earlier, or at another text."""
    contents = sound.contents
    second = contents.passages[1]
    for row, owner in ((1, 7), (0, -1)):
        assert "belongs to no document" in faults(sound, passages=cell(contents, row, DOCUMENT, owner))
    assert "other words than its document" in faults(sound, passages=cell(contents, 1, BYTE, second.start + 1))
    two = Documents.build([*contents.documents, Document("b.txt", "Birds sing.")])
    assert "not in the order" in faults(sound, documents=two, passages=cell(contents, 0, DOCUMENT, 1))


def test_a_passage_that_is_no_copy_of_another_is_found(sound: Generation) -> None:
    """Stated copies have the same text, and the first one comes first."""
    contents = sound.contents
    assert "which has another text" in faults(sound, passages=cell(contents, 1, FIRST_COPY, 0))
    assert "a copy of one that is not before it" in faults(sound, passages=cell(contents, 0, FIRST_COPY, 1))


def test_a_document_with_another_hash_is_found(sound: Generation) -> None:
    """The document is named."""
    (document,) = sound.contents.documents
    other = Documents.build([replace(document, text=document.text.replace("Cats", "Rats"))])
    mixed = Documents(other.strings, Documents.build([document]).facts, other.order, other.fields)
    assert "a.txt is not found by its id, or not with its sha256" in faults(sound, documents=mixed)


def test_a_document_with_other_fields_is_found(sound: Generation) -> None:
    """Fields that are not those of its metadata, by which it would be filtered."""
    (document,) = sound.contents.documents
    other = Documents.build([replace(document, metadata={"tags": "x"})])
    same = Documents.build([document])
    mixed = Documents(same.strings, same.facts, same.order, other.fields)
    assert "a.txt is not found by its metadata" in faults(sound, documents=mixed)


def test_sentences_outside_their_passage_are_found(sound: Generation) -> None:
    """So are an empty one and a passage without sentences."""
    for sentences in ((), (Span(0, 10_000),), (Span(3, 3),)):
        assert "sentences outside itself, or none" in faults(
            sound, passages=first_passage(sound.contents, sentences=sentences)
        )


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        (0, 0, 99, "belongs to no passage"),
        (0, 0, -1, "belongs to no passage"),
        (0, 0, 1, "order"),
        (0, 2, 10_000, "lies outside"),
        (-1, 1, 0, "lies outside"),
        (0, 2, 0, "lies outside"),
    ],
)
def test_units_outside_their_passage_are_found(
    sound: Generation, row: int, column: int, value: int, words: str
) -> None:
    """Positions, order and offsets; a unit without a character is outside as well."""
    units = sound.contents.units.copy()
    units[row, column] = value
    assert words in faults(sound, units=units)


@pytest.mark.parametrize("row", [0, -1])
@pytest.mark.parametrize("length", [0.998, 1.002, np.nan])
def test_vectors_that_are_not_of_unit_length_are_found(
    sound: Generation, row: int, length: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In whichever batch they are read: a cosine would not be one."""
    monkeypatch.setattr("index.generation.integrity.VECTOR_BATCH", 2)
    vectors = sound.contents.store.vectors(np.arange(len(sound.contents.store)))
    assert find_violations(sound) == []
    vectors[row] *= length
    assert "unit length" in faults(sound, store=ExactStore(vectors))


def test_counts_that_disagree_are_found(sound: Generation) -> None:
    """Of the store, the words, the tokens and the keys."""
    contents = sound.contents
    vectors = contents.store.vectors([0])
    assert "the vector store has 1 rows" in faults(sound, store=ExactStore(vectors))
    assert "the lexical index has 1 rows" in faults(sound, lexical=BM25Index.build([["a"]]))
    assert "there are tokens of 0 passages" in faults(sound, tokens=())
    assert "keys for" in faults(sound, keys=contents.keys[:1])


@pytest.mark.parametrize("name", ["documents", "passages", "units"])
def test_counts_of_the_manifest_that_disagree_are_found(sound: Generation, name: str) -> None:
    """Each of them by itself."""
    manifest = replace(sound.manifest, counts={**sound.manifest.counts, name: 77})
    (violation,) = find_violations(replace(sound, manifest=manifest))
    assert violation.startswith(f"the manifest states 77 {name}, there are ")


def test_the_served_seed_is_sound(generation: Generation) -> None:
    """Also with the real model."""
    assert find_violations(generation) == []
    assert Path(generation.folder).is_dir()

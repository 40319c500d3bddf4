"""Postings are sorted by term a block at a time, and the size of a block decides nothing."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.disk.splice import FRESH, OLD, Splice
from index.search import postings as module
from index.search.bm25 import BM25Index
from index.search.postings import PostingSpool, split_terms

TERMS = ["cat", "dog", "mat", "ran", "far", "été"]
COLLECTIONS = st.lists(st.lists(st.sampled_from(TERMS), max_size=8), max_size=8)


def list_entries(index: BM25Index) -> list[tuple[str, list[int], list[float], list[int]]]:
    """Terms with their passages, scores and counts."""
    arrays, pointers = index._arrays, index._arrays["indptr"].tolist()
    names = ("indices", "data", "counts")
    return [
        (term, *(arrays[name][pointers[number] : pointers[number + 1]].tolist() for name in names))
        for term, number in index._vocabulary.items()
    ]


@pytest.fixture(autouse=True)
def _in_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is small enough to be read as a whole, and what is read at once is a few entries."""
    monkeypatch.setattr("index.disk.arrays.MAX_LOADED_SPOOL_BYTES", 0)
    monkeypatch.setattr("index.disk.arrays.BLOCK_BYTES", 20)


@given(COLLECTIONS, st.integers(1, 12))
def test_blocks_have_all_entries_by_term_and_passage(passages: Sequence[Sequence[str]], entries: int) -> None:
    """Each with the number of times that the term is in the passage, and no block is much larger than it may be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_ENTRIES", entries)
        spool = PostingSpool(None)
        for passage in passages:
            spool.append(passage)
        found = spool.finish()
        blocks = list(found.sort())
    names = list(found.vocabulary)
    listed = [
        (names[term], place, count)
        for block in blocks
        for term, place, count in zip(*(getattr(block, name).tolist() for name in block.__slots__), strict=True)
    ]
    expected = [(term, place, n) for place, passage in enumerate(passages) for term, n in Counter(passage).items()]
    assert listed == sorted(expected)
    assert found.lengths.tolist() == [len(passage) for passage in passages]
    assert all(len(block.terms) <= entries or len(set(block.terms.tolist())) == 1 for block in blocks)


@given(COLLECTIONS, COLLECTIONS, st.sets(st.integers(0, 7)), st.integers(1, 12))
def test_the_size_of_a_block_changes_no_index(
    old: Sequence[Sequence[str]], fresh: Sequence[Sequence[str]], kept: set[int], entries: int
) -> None:
    """Neither one that is built nor one that is merged: terms, passages, counts and scores are the same to the bit."""
    rows = [(OLD, place) for place in range(len(old)) if place in kept]
    splice = Splice.from_rows(rows + [(FRESH, place) for place in range(len(fresh))])
    parts = [BM25Index.build(old), BM25Index.build(fresh)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_ENTRIES", entries)
        assert list_entries(BM25Index.build(old)) == list_entries(parts[OLD])
        merged = list_entries(BM25Index.merge(parts, splice, {}))
    assert merged == list_entries(BM25Index.merge(parts, splice, {}))
    assert merged == list_entries(BM25Index.build([*(old[place] for _, place in rows), *fresh]))


def test_terms_are_split_where_a_block_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """A term with more entries than a block may have is a block of its own; terms without entries go along."""
    monkeypatch.setattr(module, "BLOCK_ENTRIES", 4)
    assert list(split_terms(module.np.array([2, 0, 2, 0, 1, 9, 4, 1]))) == [(0, 4), (4, 5), (5, 6), (6, 7), (7, 8)]
    assert list(split_terms(module.np.array([], dtype=int))) == []

"""Every vector store against the exact one: positions and scores."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.disk.splice import REMOVED
from index.search.stores import STORES, StoreClass, find_store
from index.search.stores.access import MILVUS, StoreAccess
from index.search.stores.exact import ExactStore
from index.types import Store, Vectors
from tests.milvus_server import name_index

ROWS, DIMENSION = 300, 24


def unit(vectors: NDArray[np.float64]) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


CHANCE = np.random.default_rng(7)
VECTORS = unit(CHANCE.normal(size=(ROWS, DIMENSION)))
VECTORS[200:220] = VECTORS[10]  # twenty-one rows that tie
QUESTIONS = np.vstack([unit(CHANCE.normal(size=(20, DIMENSION))), VECTORS[10:12]])
EXACT = ExactStore(VECTORS)


@pytest.fixture(scope="module", params=sorted(STORES))
def stores(request: pytest.FixtureRequest) -> StoreClass:
    """Return each class of stores in turn."""
    access = name_index(request.getfixturevalue("milvus_server")) if request.param == MILVUS else StoreAccess()
    return find_store(request.param, access)


@pytest.fixture(scope="module")
def store(stores: StoreClass) -> Store:
    return stores.build(VECTORS)


def same(store: Store, k: int, allowed: NDArray[np.int64] | None = None) -> None:
    """The store finds what the exact one finds, in its order, with its scores."""
    found, expected = store.search(QUESTIONS, k, allowed), EXACT.search(QUESTIONS, k, allowed)
    assert len(found) == len(QUESTIONS)
    for mine, right in zip(found, expected, strict=True):
        np.testing.assert_array_equal(mine.positions, right.positions)
        np.testing.assert_allclose(mine.scores, right.scores, atol=1e-5)


def test_the_exact_store_is_the_matrix_product() -> None:
    """The reference itself: cosines by hand, best first."""
    matches = EXACT.search(QUESTIONS[:1], 5)[0]
    cosines = VECTORS @ QUESTIONS[0]
    np.testing.assert_array_equal(matches.positions, np.argsort(-cosines, kind="stable")[:5])
    np.testing.assert_allclose(matches.scores, np.sort(cosines)[::-1][:5], atol=1e-6)


@pytest.mark.parametrize("k", [1, 10, 30, ROWS])
def test_positions_and_scores_are_those_of_the_exact_store(store: Store, k: int) -> None:
    """Cosines, higher is better, ties by position."""
    same(store, k)


@pytest.mark.parametrize("k", [1, 10])
def test_a_filter_never_starves_the_result(store: Store, k: int) -> None:
    """Whenever k rows are allowed, k come back, and the k best of them."""
    allowed = np.array([3, 10, 11, 57, 99, 150, 205, 206, 210, 299, 298, 42], dtype=np.int64)
    allowed.sort()
    same(store, k, allowed)
    assert all(len(matches.positions) == k for matches in store.search(QUESTIONS, k, allowed))


@pytest.mark.parametrize("share", [0.05, 0.5])
def test_a_filter_finds_the_best_of_what_it_lets_through(store: Store, share: float) -> None:
    """In whatever places the rows are: side by side, as those of a document, or anywhere."""
    count = int(share * ROWS)
    same(store, 10, np.arange(100, 100 + count))
    same(store, 10, np.sort(CHANCE.choice(ROWS, count, replace=False)))


def test_two_questions_at_once_are_two_questions_in_turn(store: Store) -> None:
    """The order of the questions is that of the results."""
    together = store.search(QUESTIONS, 5)
    for question, matches in zip(QUESTIONS, together, strict=True):
        np.testing.assert_array_equal(store.search(question[None, :], 5)[0].positions, matches.positions)


def test_asking_for_more_than_there_is_gives_all(store: Store) -> None:
    """No padding, no error."""
    assert all(len(matches.positions) == ROWS for matches in store.search(QUESTIONS, ROWS + 50))
    allowed = np.array([4, 8], dtype=np.int64)
    assert all(set(m.positions) == {4, 8} for m in store.search(QUESTIONS, 10, allowed))


def test_nothing_allowed_finds_nothing(store: Store) -> None:
    """An empty filter is a result, not an exception."""
    none = np.empty(0, dtype=np.int64)
    assert all(len(matches.positions) == 0 for matches in store.search(QUESTIONS, 5, none))
    assert all(len(matches.positions) == 0 for matches in store.search(QUESTIONS, 0))


def test_rows_come_back_as_they_were_given(store: Store) -> None:
    """In the order asked for, repeats included; none for none."""
    np.testing.assert_allclose(store.vectors([5, 2, 5]), VECTORS[[5, 2, 5]], atol=1e-6)
    assert len(store.vectors([])) == 0
    assert len(store) == ROWS


def test_a_saved_store_answers_as_before(stores: StoreClass, tmp_path: Path) -> None:
    """Save and load change nothing."""
    stores.build(VECTORS).save(tmp_path)
    same(stores.load(tmp_path), 15)


@pytest.mark.parametrize("kind", sorted(STORES.keys() - {MILVUS}))
@given(data=st.data())
def test_any_vectors_any_filter_any_k(kind: str, data: st.DataObject) -> None:
    """Few rows of few directions, so that ties are everywhere, also at the last place and through a filter."""
    compare_any(find_store(kind), data)


@settings(max_examples=8)
@given(data=st.data())
def test_any_vectors_any_filter_any_k_in_milvus(milvus_server: StoreAccess, data: st.DataObject) -> None:
    """The same, fewer times: each makes a collection."""
    compare_any(find_store(MILVUS, name_index(milvus_server)), data)


def compare_any(stores: StoreClass, data: st.DataObject) -> None:
    """Compare what a store finds among any rows with what the exact one finds."""
    rows = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=30))
    allowed = data.draw(st.none() | st.sets(st.integers(0, len(rows) - 1)))
    k = data.draw(st.integers(0, 35))
    chosen = None if allowed is None else np.array(sorted(allowed), dtype=np.int64)
    vectors = VECTORS[:6][rows]
    mine, right = (store.search(QUESTIONS[:3], k, chosen) for store in (stores.build(vectors), ExactStore(vectors)))
    for one, other in zip(mine, right, strict=True):
        assert len(one.positions) == min(k, len(rows) if allowed is None else len(allowed))
        np.testing.assert_array_equal(one.positions, other.positions)
        np.testing.assert_allclose(one.scores, other.scores, atol=1e-5)
        assert np.all(np.diff(one.scores) <= 0)


def test_rows_that_are_equal_are_all_kept(stores: StoreClass) -> None:
    """A collection has the same sentence many times, and each has its place."""
    store = stores.build(np.repeat(VECTORS[:3], 5, axis=0))
    assert len(store) == 15
    assert store.search(VECTORS[1:2], 5)[0].positions.tolist() == [5, 6, 7, 8, 9]


def test_a_store_serves_while_the_next_one_is_built(stores: StoreClass) -> None:
    """Also if the next one has all of its rows, and more."""
    before = stores.build(VECTORS[:100])
    after = stores.merge(VECTORS, before, np.arange(100))
    np.testing.assert_allclose(before.vectors([99]), after.vectors([99]), atol=1e-6)
    assert (len(before), len(after)) == (100, ROWS)
    assert max(before.search(QUESTIONS[:1], 100)[0].positions) == 99


def test_a_store_without_the_rows_that_were_removed(stores: StoreClass) -> None:
    """They are found no more, and the others have the places of the new vectors."""
    before, kept = stores.build(VECTORS), np.delete(np.arange(ROWS), [10, 11, 50])
    positions = np.full(ROWS, REMOVED, dtype=np.int64)
    positions[kept] = np.arange(len(kept))
    after = stores.merge(VECTORS[kept], before, positions)
    expected = ExactStore(VECTORS[kept]).search(QUESTIONS, 10)
    for mine, right in zip(after.search(QUESTIONS, 10), expected, strict=True):
        np.testing.assert_array_equal(mine.positions, right.positions)


def test_a_store_makes_the_folder_that_it_writes_to(stores: StoreClass, tmp_path: Path) -> None:
    """And none is needed twice: saving again replaces what is there."""
    for vectors in (VECTORS, VECTORS[:7]):
        stores.build(vectors).save(tmp_path / "deep" / "store")
    assert len(stores.load(tmp_path / "deep" / "store")) == 7


def test_a_store_that_cannot_be_written_is_an_error_of_the_system(stores: StoreClass, tmp_path: Path) -> None:
    """OSError, which a build turns into one sentence, whatever the library calls it."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        stores.build(VECTORS).save(tmp_path / "file" / "store")

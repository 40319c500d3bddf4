"""Every vector store against the exact one: positions and scores."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.search.stores import STORES
from index.search.stores.exact import ExactStore
from index.types import Store, Vectors

ROWS, DIMENSION = 300, 24


def unit(vectors: NDArray[np.float64]) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


CHANCE = np.random.default_rng(7)
VECTORS = unit(CHANCE.normal(size=(ROWS, DIMENSION)))
VECTORS[200:220] = VECTORS[10]  # twenty-one rows that tie
QUESTIONS = np.vstack([unit(CHANCE.normal(size=(20, DIMENSION))), VECTORS[10:12]])
EXACT = ExactStore(VECTORS)


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest) -> Store:
    return STORES[request.param]().build(VECTORS)


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


@pytest.mark.parametrize("kind", sorted(STORES))
def test_a_saved_store_answers_as_before(kind: str, tmp_path: Path) -> None:
    """Save and load change nothing."""
    STORES[kind]().build(VECTORS).save(tmp_path)
    same(STORES[kind]().load(tmp_path), 15)


@pytest.mark.parametrize("kind", sorted(STORES))
@given(data=st.data())
def test_any_vectors_any_filter_any_k(kind: str, data: st.DataObject) -> None:
    """Few rows of few directions, so that ties are everywhere, also at the last place and through a filter."""
    rows = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=30))
    allowed = data.draw(st.none() | st.sets(st.integers(0, len(rows) - 1)))
    k = data.draw(st.integers(0, 35))
    chosen = None if allowed is None else np.array(sorted(allowed), dtype=np.int64)
    vectors = VECTORS[:6][rows]
    mine, right = (
        store.search(QUESTIONS[:3], k, chosen) for store in (STORES[kind]().build(vectors), ExactStore(vectors))
    )
    for one, other in zip(mine, right, strict=True):
        assert len(one.positions) == min(k, len(rows) if allowed is None else len(allowed))
        np.testing.assert_array_equal(one.positions, other.positions)
        np.testing.assert_allclose(one.scores, other.scores, atol=1e-5)
        assert np.all(np.diff(one.scores) <= 0)


@pytest.mark.parametrize("kind", sorted(STORES))
def test_a_store_makes_the_folder_that_it_writes_to(kind: str, tmp_path: Path) -> None:
    """And none is needed twice: saving again replaces what is there."""
    for vectors in (VECTORS, VECTORS[:7]):
        STORES[kind]().build(vectors).save(tmp_path / "deep" / "store")
    assert len(STORES[kind]().load(tmp_path / "deep" / "store")) == 7


@pytest.mark.parametrize("kind", sorted(STORES))
def test_a_store_that_cannot_be_written_is_an_error_of_the_system(kind: str, tmp_path: Path) -> None:
    """OSError, which a build turns into one sentence, whatever the library calls it."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        STORES[kind]().build(VECTORS).save(tmp_path / "file" / "store")

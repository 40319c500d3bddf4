"""The stores that do not compare every row, against the exact one: what must hold even if some rows are missed."""

from functools import cache
from pathlib import Path

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from index.disk.splice import REMOVED
from index.search.stores import faiss_ivf
from index.search.stores.exact import ExactStore
from index.search.stores.faiss_auto import FaissAutoStore
from index.search.stores.faiss_flat import FaissFlatStore
from index.search.stores.faiss_ivf import MAX_ALLOWED_SCORED_ALL, FaissIVFStore
from index.types import Positions, Store, Vectors

ROWS, DIMENSION, THEMES, K = 16_000, 96, 400, 10
WITHIN, RECALL = 1e-3, 0.97
# Up to how many rows there is only one list.
LISTS = {"many lists": 1_000, "one list": ROWS}


def unit(vectors: NDArray[np.float64]) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


CHANCE = np.random.default_rng(3)
CENTRES = CHANCE.normal(size=(THEMES, DIMENSION))
OWN = np.sort(CHANCE.integers(0, THEMES, ROWS))  # the rows of a theme are neighbors, as a document's are
BESIDE = CENTRES[CHANCE.integers(0, THEMES, ROWS)]
VECTORS = unit(CENTRES[OWN] + 0.5 * BESIDE + 0.5 * CHANCE.normal(size=(ROWS, DIMENSION)))
QUESTIONS = unit(CENTRES[CHANCE.integers(0, THEMES, 100)] + 0.5 * CHANCE.normal(size=(100, DIMENSION)))
EXACT = ExactStore(VECTORS)
NOTHING = np.empty(0, dtype=np.int64)
EVERY = np.arange(ROWS)
FILTERS = {
    "none": None,
    "all": EVERY,
    "four fifths": np.flatnonzero(OWN % 5),
    "a quarter missing, by chance": np.flatnonzero(CHANCE.random(ROWS) < 0.75),
    "a few documents": np.flatnonzero(OWN % 40 == 0),
    "one row": np.array([5]),
}


@cache
def built(lists: str) -> FaissIVFStore:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(faiss_ivf, "MAX_ONE_LIST_ROWS", LISTS[lists])
        return FaissIVFStore.build(VECTORS)


@pytest.fixture(params=LISTS)
def lists(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["built", "saved"])
def store(lists: str, request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "built":
        return built(lists)
    built(lists).save(tmp_path)
    return FaissIVFStore.load(tmp_path)


@pytest.mark.parametrize("name", FILTERS)
def test_nearly_all_of_the_best_are_found_through_any_filter(store: Store, name: str) -> None:
    """Recall against the exact store, and as many rows as are asked for, all of them allowed."""
    allowed = FILTERS[name]
    found, right = store.search(QUESTIONS, K, allowed), EXACT.search(QUESTIONS, K, allowed)
    wanted = min(K, ROWS if allowed is None else len(allowed))
    assert {len(matches.positions) for matches in found} == {wanted}
    assert allowed is None or all(np.isin(matches.positions, allowed).all() for matches in found)
    hit = [len(set(one.positions) & set(other.positions)) for one, other in zip(found, right, strict=True)]
    assert sum(hit) / wanted / len(QUESTIONS) >= RECALL


@pytest.mark.parametrize("name", FILTERS)
def test_the_scores_are_the_exact_cosines(store: Store, name: str) -> None:
    """Whatever the code lost: candidates are scored again, best first, equal scores by position."""
    for vector, matches in zip(QUESTIONS, store.search(QUESTIONS, 60, FILTERS[name]), strict=True):
        np.testing.assert_allclose(matches.scores, VECTORS[matches.positions] @ vector, atol=WITHIN)
        order = np.lexsort((matches.positions, -matches.scores))
        np.testing.assert_array_equal(order, np.arange(len(order)))


@pytest.mark.parametrize("k", [1, K, MAX_ALLOWED_SCORED_ALL + 500, ROWS, ROWS + 50])
def test_as_many_rows_come_back_as_are_asked_for(store: Store, k: int) -> None:
    """Each once, also where that takes every list, and no more than there are."""
    few = np.flatnonzero(CHANCE.random(ROWS) < 0.7)
    for allowed, most in ((None, ROWS), (few, len(few))):
        for matches in store.search(QUESTIONS[:3], k, allowed):
            assert len(np.unique(matches.positions)) == len(matches.positions) == min(k, most)


def test_allowed_rows_far_from_the_question_are_found(store: Store) -> None:
    """Even if the lists nearest to the question hold none of them."""
    question = QUESTIONS[:1]
    far = np.sort(np.argsort(VECTORS @ question[0])[: MAX_ALLOWED_SCORED_ALL + 1])
    (matches,) = store.search(question, 400, far)
    assert len(matches.positions) == 400
    assert np.isin(matches.positions, far).all()


def test_nothing_allowed_or_wanted_finds_nothing(store: Store) -> None:
    """An empty filter is a result, not an exception."""
    assert all(len(matches.positions) == 0 for matches in store.search(QUESTIONS, 5, NOTHING))
    assert all(len(matches.positions) == 0 for matches in store.search(QUESTIONS, 0))


def test_rows_come_back_nearly_as_they_were_given(store: Store) -> None:
    """In half precision, in the order asked for, repeats included; none for none."""
    np.testing.assert_allclose(store.vectors([5, 2, 5]), VECTORS[[5, 2, 5]], atol=WITHIN)
    assert store.vectors([]).shape == (0, DIMENSION)
    assert len(store) == ROWS


def test_a_store_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    """OSError, as of every store."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        built("one list").save(tmp_path / "file" / "store")


def test_it_says_how_it_searches(lists: str, store: Store) -> None:
    """The manifest has it: kind, lists, how many of them are searched, and the codes."""
    many = {"kind": "inverted", "lists": 256, "nprobe": 192, "code": "RaBitQfs", "vectors": "float16"}
    one = {"kind": "inverted", "lists": 1, "nprobe": 1, "code": "PQ48x4fs", "vectors": "float32"}
    assert store.description == {"many lists": many, "one list": one}[lists]


def test_one_list_misses_nothing_that_is_near() -> None:
    """Of the 50 nearest none, and of the 150 nearest hardly one."""
    found, right = (store.search(QUESTIONS, 150) for store in (built("one list"), EXACT))
    pairs = [(one.positions, other.positions) for one, other in zip(found, right, strict=True)]
    assert all(np.isin(theirs[:50], mine).all() for mine, theirs in pairs)
    assert np.mean([np.isin(theirs, mine) for mine, theirs in pairs]) >= RECALL


@pytest.mark.parametrize(
    ("rows", "lists"),
    [(100, 1), (100_000, 1), (100_001, 512), (1_000_000, 2048), (4_900_000, 4096)],
)
def test_lists_grow_with_the_root_of_the_rows(rows: int, lists: int) -> None:
    """One for 100,000 rows; beyond, the power of two nearest to twice the root."""
    assert faiss_ivf._choose_list_count(rows) == lists


def test_each_list_has_rows_enough_to_learn_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more lists than the rows suffice for at 39 each: 1,500 / 39 = 38, so 32 and not 64, the nearest to 2 · 38.7."""
    monkeypatch.setattr(faiss_ivf, "MAX_ONE_LIST_ROWS", 1_000)
    assert faiss_ivf._choose_list_count(1_500) == 32


def test_lists_learn_from_48_rows_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample of them, drawn alike each time: 256 lists learn from 12,288 of the 16,000 rows."""
    monkeypatch.setattr(faiss_ivf, "MAX_ONE_LIST_ROWS", 1_000)
    monkeypatch.setattr(faiss_ivf, "MIN_TRAINING_ROWS", 1)
    make, learned = faiss_ivf.faiss.index_factory, list[Vectors]()

    def make_recording(*arguments: object) -> object:
        index = make(*arguments)
        train = index.train
        index.train = lambda rows: (learned.append(rows), train(rows))
        return index

    monkeypatch.setattr(faiss_ivf.faiss, "index_factory", make_recording)
    for _ in range(2):
        FaissIVFStore.build(VECTORS)
    assert [len(rows) for rows in learned] == [256 * 48] * 2
    np.testing.assert_array_equal(learned[0], learned[1])


@pytest.mark.parametrize(("k", "candidates"), [(1, 400), (160, 400), (161, 402), (400, 1_000), (ROWS, ROWS)])
def test_two_and_a_half_times_as_many_rows_are_rescored(k: int, candidates: int) -> None:
    """At least 400, at most all."""
    store = built("one list")
    assert isinstance(store, FaissIVFStore)
    assert len(store._find_candidates(QUESTIONS[0], k, None)) == candidates


@pytest.mark.parametrize(("allowed", "nprobe"), [(None, 8), (np.flatnonzero(OWN % 5), 4 * 8)])
def test_a_filter_has_four_times_as_many_lists_searched(
    allowed: NDArray[np.int64] | None, nprobe: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it lets through lies in lists farther off."""
    store, visited = built("many lists"), list[int]()
    assert isinstance(store, FaissIVFStore)
    monkeypatch.setattr(store._index, "nprobe", 8)
    search = store._search_codes

    def search_recording(vector: Vectors, k: int, nprobe: int, selector: object) -> NDArray[np.int64]:
        visited.append(nprobe)
        return search(vector, k, nprobe, selector)

    monkeypatch.setattr(store, "_search_codes", search_recording)
    store.search(QUESTIONS[:1], 1, allowed)
    assert visited == [nprobe]


def edit_rows() -> tuple[Vectors, Positions]:
    """Return the vectors without 30 rows, with 40 others at their place and at the end, and where each row went."""
    chance = np.random.default_rng(5)
    gone, fresh = np.sort(chance.choice(ROWS, 30, replace=False)), unit(chance.normal(size=(40, DIMENSION)))
    kept = np.setdiff1d(EVERY, gone)
    positions = np.full(ROWS, REMOVED)
    positions[kept[:500]], positions[kept[500:]] = np.arange(500), np.arange(520, 20 + len(kept))
    return np.concatenate([VECTORS[kept[:500]], fresh[:20], VECTORS[kept[500:]], fresh[20:]]), positions


@pytest.mark.parametrize("read", [False, True])
def test_a_merged_index_finds_what_one_with_the_same_centroids_finds(
    lists: str, read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are removed, added and moved are where they belong, also after the file is read again."""
    monkeypatch.setattr(faiss_ivf, "MAX_ONE_LIST_ROWS", LISTS[lists])
    vectors, positions = edit_rows()
    before = built(lists)
    monkeypatch.setattr(faiss_ivf, "_train_index", lambda *rest: clone_without_rows(before))
    merged, again = FaissIVFStore.merge(vectors, before, positions), FaissIVFStore.build(vectors)
    if read:
        merged, again = (write_and_read(store, tmp_path / str(n)) for n, store in enumerate((merged, again)))
    for one, other in zip(merged.search(QUESTIONS, K), again.search(QUESTIONS, K), strict=True):
        assert one.positions.tolist() == other.positions.tolist()
        np.testing.assert_allclose(one.scores, other.scores, atol=WITHIN)
    assert len(before) == len(before.search(QUESTIONS[:1], ROWS)[0].positions) == ROWS


def write_and_read(store: FaissIVFStore, folder: Path) -> FaissIVFStore:
    store.save(folder)
    return FaissIVFStore.load(folder)


def clone_without_rows(store: FaissIVFStore) -> faiss.Index:
    index = faiss.clone_index(store._index)
    index.reset()
    return index


def test_a_size_that_asks_for_other_lists_is_learned_from_scratch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the collection grows, the lists grow with it."""
    monkeypatch.setattr(faiss_ivf, "MAX_ONE_LIST_ROWS", LISTS["many lists"])
    small = FaissIVFStore.build(VECTORS[:2_000])
    grown = FaissIVFStore.merge(VECTORS, small, np.arange(2_000))
    assert grown.description["lists"] == built("many lists").description["lists"] != small.description["lists"]


def test_an_odd_number_of_dimensions_is_coded_as_well() -> None:
    """One by one instead of two by two."""
    store = FaissIVFStore.build(unit(VECTORS[:1000, :63].astype(np.float64)))
    assert store.description["code"] == "PQ63x4fs"


def test_the_size_decides(tmp_path: Path) -> None:
    """Up to 10,000 rows every one is compared, beyond, their codes are; what is read is what was written."""
    for rows, kind in ((10_000, FaissFlatStore), (10_001, FaissIVFStore)):
        chosen = FaissAutoStore.build(VECTORS[:rows, :8])
        chosen.save(tmp_path / str(rows))
        assert type(chosen) is type(FaissAutoStore.load(tmp_path / str(rows))) is kind

"""BM25 against its formula."""

from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.disk.splice import FRESH, OLD, Splice
from index.search import bm25 as bm25_module
from index.search.bm25 import MAX_ALLOWED_SCORED_ALL, MAX_PASSAGES_SCORED_ALL, BM25Index
from index.search.top_k import select_top_k

PASSAGES = [["cat", "sat", "mat"], ["cat", "cat", "ran"], ["dog", "ran", "far", "far", "away"], ["bird"]]
INDEX = BM25Index.build(PASSAGES)


def bm25(words: dict[str, float], passage: list[str], passages: list[list[str]] = PASSAGES) -> float:
    """Lucene's: idf · tf / (tf + k1 · (1 - b + b · length / mean length)), with k1 = 0.9 and b = 0.4."""
    total, mean = 0.0, sum(map(len, passages)) / len(passages)
    for word, weight in words.items():
        holding = sum(word in p for p in passages)
        idf = log(1 + (len(passages) - holding + 0.5) / (holding + 0.5))
        times = passage.count(word)
        total += weight * idf * times / (times + 0.9 * (0.6 + 0.4 * len(passage) / mean)) if times else 0.0
    return total


@pytest.mark.parametrize("words", [{"cat": 1.0}, {"cat": 1.0, "ran": 0.5}, {"far": 2.0, "bird": 1.5, "yak": 1.0}])
def test_scores_are_those_of_the_formula(words: dict[str, float]) -> None:
    """Weights are linear; a word of no passage adds nothing."""
    np.testing.assert_allclose(INDEX.score_all(words), [bm25(words, p) for p in PASSAGES], atol=1e-4)


def test_only_passages_with_a_word_are_found_best_first() -> None:
    """None that scores zero, and with a filter none outside it."""
    found = INDEX.search({"cat": 1.0, "ran": 1.0}, 10)
    assert found.positions.tolist() == [1, 0, 2]
    assert INDEX.search({"cat": 1.0}, 1).positions.tolist() == [1]
    assert INDEX.search({"cat": 1.0}, 10, np.array([0, 3])).positions.tolist() == [0]
    assert INDEX.search({"yak": 1.0}, 10).positions.tolist() == []


def test_frequencies_count_passages() -> None:
    """Not occurrences."""
    assert [INDEX.passage_frequency(word) for word in ("cat", "far", "yak", "")] == [2, 1, 0, 0]
    assert INDEX.vocabulary == {"cat", "sat", "mat", "ran", "dog", "far", "away", "bird"}


@pytest.mark.parametrize("passages", [PASSAGES, [[], ["one"]], [[], []]])
def test_a_saved_index_answers_as_before(passages: list[list[str]], tmp_path: Path) -> None:
    """Even one of a collection without a single word."""
    built = BM25Index.build(passages)
    built.save(tmp_path)
    loaded = BM25Index.load(tmp_path)
    assert len(loaded) == len(passages)
    for words in ({"cat": 1.0}, {"one": 1.0}, {}):
        np.testing.assert_array_equal(built.score_all(words), loaded.score_all(words))


COLLECTIONS = st.lists(
    st.lists(st.sampled_from(["cat", "dog", "mat", "ran", "far"]), max_size=8), min_size=1, max_size=8
)
QUESTIONS = st.dictionaries(st.sampled_from(["cat", "dog", "mat", "yak", ""]), st.sampled_from([0.25, 0.5, 1.0, 2.0]))


@given(COLLECTIONS, QUESTIONS)
def test_any_collection_is_scored_by_the_formula(passages: list[list[str]], words: dict[str, float]) -> None:
    """Repeats, empty passages and collections without a word included; words of no passage add nothing."""
    index = BM25Index.build(passages)
    expected = [bm25(words, passage, passages) for passage in passages]
    np.testing.assert_allclose(index.score_all(words), expected, atol=1e-4)


@pytest.mark.parametrize("few", [MAX_PASSAGES_SCORED_ALL, 0])
@given(COLLECTIONS, QUESTIONS, st.integers(1, 5), st.none() | st.sets(st.integers(0, 7)))
def test_the_best_are_those_of_all_scores_to_the_bit(
    few: int, passages: list[list[str]], words: dict[str, float], k: int, chosen: set[int] | None
) -> None:
    """Whether all passages are scored or only candidates, with a filter and without; scores of some equal those of all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bm25_module, "MAX_PASSAGES_SCORED_ALL", few)
        the_best_are_found(BM25Index.build(passages), words, k, chosen)


def the_best_are_found(index: BM25Index, words: dict[str, float], k: int, chosen: set[int] | None) -> None:
    scores, every = index.score_all(words), np.arange(len(index))
    allowed = None if chosen is None else every[[place in chosen for place in every]]
    holding = every[scores > 0] if allowed is None else allowed[scores[allowed] > 0]
    found, right = index.search(words, k, allowed), select_top_k(holding, scores[holding], k)
    assert (found.positions.tolist(), found.scores.tolist()) == (right.positions.tolist(), right.scores.tolist())
    assert index.score_passages(words, every).tolist() == scores.tolist()


def test_the_order_of_the_words_decides_nothing_between_weights() -> None:
    """Words of one weight are added before those of the next, so that the last bit is the same, too."""
    chance = np.random.default_rng(5)
    vocabulary = [f"w{number}" for number in range(9)]
    index = BM25Index.build([list(chance.choice(vocabulary, 12)) for _ in range(300)])
    weights = {word: (0.3, 0.7, 1.1)[place % 3] for place, word in enumerate(vocabulary)}
    ordered = dict(sorted(weights.items(), key=lambda item: item[1]))
    assert index.score_all(weights).tolist() == index.score_all(ordered).tolist()


VOCABULARY = [f"w{number}" for number in range(300)]
ODDS = (1 / np.arange(1, 301)) / (1 / np.arange(1, 301)).sum()


@pytest.fixture(scope="module")
def large() -> BM25Index:
    """25,000 passages with common words and rare ones."""
    return BM25Index.build(np.random.default_rng(11).choice(VOCABULARY, (25_000, 12), p=ODDS).tolist())


@pytest.mark.parametrize("share", [None, 0.9, 0.5])
def test_a_large_collection_is_searched_to_the_bit(
    share: float | None, large: BM25Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Common words and rare ones, and filters that let most passages through."""
    monkeypatch.setattr(bm25_module, "MAX_PASSAGES_SCORED_ALL", 10_000)
    chance, allowed = np.random.default_rng(12), None
    if share:
        allowed = np.flatnonzero(chance.random(len(large)) < share)
        assert len(allowed) > MAX_ALLOWED_SCORED_ALL
    for _ in range(40):
        words = {word: float(chance.choice([0.5, 1.0, 1.5])) for word in chance.choice(VOCABULARY, 6, p=ODDS)}
        scores = large.score_all(words)
        holding = np.arange(len(large)) if allowed is None else allowed
        holding = holding[scores[holding] > 0]
        found, right = large.search(words, 50, allowed), select_top_k(holding, scores[holding], 50)
        assert (found.positions.tolist(), found.scores.tolist()) == (right.positions.tolist(), right.scores.tolist())


@pytest.mark.parametrize(("word", "holding"), [("cat", 2), ("far", 1), ("yak", 0)])
def test_rare_words_tell_most(word: str, holding: int) -> None:
    """The inverse document frequency is ln(1 + (N - n + 0.5) / (n + 0.5))."""
    assert INDEX.idf(word) == pytest.approx(log(1 + (4 - holding + 0.5) / (holding + 0.5)))


def test_equal_passages_come_in_their_order() -> None:
    """Also through a filter that leaves the first of them out."""
    index = BM25Index.build([["cat"], ["dog"], ["cat"], ["cat"], ["dog"]])
    assert index.search({"cat": 1.0}, 2).positions.tolist() == [0, 2]
    assert index.search({"cat": 1.0}, 2, np.array([1, 2, 3])).positions.tolist() == [2, 3]
    assert index.search({"cat": 1.0}, 5, np.array([], dtype=np.int64)).positions.tolist() == []


def test_the_spellings_are_kept(tmp_path: Path) -> None:
    """How often each word occurs in the texts, accents included."""
    BM25Index.build(PASSAGES, {"cats": 2, "shōnen": 1}).save(tmp_path)
    assert BM25Index.load(tmp_path).spellings == {"cats": 2, "shōnen": 1}


def test_which_passages_have_a_word_is_known() -> None:
    """In the order asked for; no passage contains a word that is not in the vocabulary."""
    index = BM25Index.build([["cat"], ["dog"], ["cat", "dog"]])
    assert index.contains_term("cat", np.array([2, 1, 0])).tolist() == [True, False, True]
    assert index.contains_term("walrus", np.array([0, 1])).tolist() == [False, False]


@given(COLLECTIONS, COLLECTIONS, st.sets(st.integers(0, 7)))
def test_a_merged_index_is_that_of_all_passages(old: list[list[str]], fresh: list[list[str]], kept: set[int]) -> None:
    """Of those that stay and the fresh ones, in any order, to the bit."""
    rows = [(OLD, place) for place in range(len(old)) if place in kept]
    rows += [(FRESH, place) for place in range(len(fresh))]
    parts = [BM25Index.build(old), BM25Index.build(fresh)]
    merged = BM25Index.merge(parts, Splice.from_rows(rows), {})
    built = BM25Index.build([[old, fresh][table][place] for table, place in rows])
    assert merged.vocabulary == built.vocabulary
    for word in built.vocabulary:
        assert merged.passage_frequency(word) == built.passage_frequency(word)
        assert merged.score_all({word: 1.0}).tolist() == built.score_all({word: 1.0}).tolist()

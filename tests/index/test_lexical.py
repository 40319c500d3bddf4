"""BM25 against its formula."""

from math import log
from pathlib import Path

import numpy as np
import pytest

from index.lexical import K1, B, LexicalIndex

PASSAGES = [["cat", "sat", "mat"], ["cat", "cat", "ran"], ["dog", "ran", "far", "far", "away"], ["bird"]]
INDEX = LexicalIndex.build(PASSAGES)
MEAN = sum(map(len, PASSAGES)) / len(PASSAGES)


def bm25(words: dict[str, float], passage: list[str]) -> float:
    """Lucene's: idf · tf / (tf + k1 · (1 - b + b · length / mean length))."""
    total = 0.0
    for word, weight in words.items():
        holding = sum(word in p for p in PASSAGES)
        idf = log(1 + (len(PASSAGES) - holding + 0.5) / (holding + 0.5))
        times = passage.count(word)
        total += weight * idf * times / (times + K1 * (1 - B + B * len(passage) / MEAN)) if times else 0.0
    return total


@pytest.mark.parametrize("words", [{"cat": 1.0}, {"cat": 1.0, "ran": 0.5}, {"far": 2.0, "bird": 1.5, "yak": 1.0}])
def test_scores_are_those_of_the_formula(words: dict[str, float]) -> None:
    """Weights are linear; a word that nobody has adds nothing."""
    np.testing.assert_allclose(INDEX.scores(words), [bm25(words, p) for p in PASSAGES], atol=1e-4)


def test_no_passage_reaches_the_bound() -> None:
    """A word adds less than its inverse document frequency."""
    words = {"cat": 1.0, "far": 0.5}
    assert INDEX.scores(words).max() < INDEX.bound(words)


def test_only_passages_with_a_word_are_found_best_first() -> None:
    """None that scores zero, and with a filter none outside it."""
    found = INDEX.search({"cat": 1.0, "ran": 1.0}, 10)
    assert found.positions.tolist() == [1, 0, 2]
    assert INDEX.search({"cat": 1.0}, 1).positions.tolist() == [1]
    assert INDEX.search({"cat": 1.0}, 10, np.array([0, 3])).positions.tolist() == [0]
    assert INDEX.search({"yak": 1.0}, 10).positions.tolist() == []


def test_frequencies_count_passages() -> None:
    """Not occurrences."""
    assert [INDEX.frequency(word) for word in ("cat", "far", "yak", "")] == [2, 1, 0, 0]
    assert INDEX.vocabulary == {"cat", "sat", "mat", "ran", "dog", "far", "away", "bird"}


@pytest.mark.parametrize("passages", [PASSAGES, [[], ["one"]], [[], []]])
def test_a_saved_index_answers_as_before(passages: list[list[str]], tmp_path: Path) -> None:
    """Even one of a collection without a single word."""
    built = LexicalIndex.build(passages)
    built.save(tmp_path)
    loaded = LexicalIndex.load(tmp_path)
    assert len(loaded) == len(passages)
    for words in ({"cat": 1.0}, {"one": 1.0}, {}):
        np.testing.assert_array_equal(built.scores(words), loaded.scores(words))

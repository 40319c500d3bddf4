"""How much words tell."""

from math import log

import pytest

from index.search.bm25 import BM25Index
from qa.ranking.idf import IdfWeights

LEXICAL = BM25Index.build([["cat", "sat"], ["cat", "ran"], ["dog", "ran"], ["cat"]])
IDF = IdfWeights(LEXICAL)


def weight(holding: int) -> float:
    return log(1 + (4 - holding + 0.5) / (holding + 0.5))


def test_coverage_weighs_words_by_their_rarity() -> None:
    """The share of ln(1 + (N - n + 0.5) / (n + 0.5)) that is present."""
    covered = IDF.measure_coverage(["cat", "dog"], {"dog"})
    assert covered == pytest.approx(weight(1) / (weight(3) + weight(1)))


def test_each_text_is_covered_by_itself() -> None:
    """Measured together, texts have the coverage of each alone."""
    texts = [{"dog"}, set[str](), {"cat", "dog"}]
    assert IDF.measure_coverages(["cat", "dog"], texts) == [IDF.measure_coverage(["cat", "dog"], one) for one in texts]


def test_words_that_no_passage_has_are_unknown() -> None:
    """An unknown word weighs most of all."""
    assert IDF.measure_unknown(["cat", "yak"]) == pytest.approx(weight(0) / (weight(0) + weight(3)))
    assert IDF.measure_unknown(["cat"]) == 0.0


def test_nothing_asked_is_neither_covered_nor_unknown() -> None:
    """A question of grammar only has no share of anything."""
    assert IDF.measure_coverage([], {"cat"}) == 0.0
    assert IDF.measure_unknown([]) == 0.0

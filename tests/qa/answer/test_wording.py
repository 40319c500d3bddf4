"""Probabilities in words."""

import pytest

from qa.answer.wording import describe_confidence, describe_copies, describe_copy, format_percent
from qa.types import AnswerPassage, PassageCopy, Source


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.9, "almost certain (90%)"),
        (0.89, "likely (89%)"),
        (0.75, "likely (75%)"),
        (0.74, "more likely than not (74%)"),
        (0.5, "more likely than not (50%)"),
        (0.49, "doubtful (49%)"),
        (0.25, "doubtful (25%)"),
        (0.24, "unlikely (24%)"),
        (0.0, "unlikely (0%)"),
    ],
)
def test_each_range_has_its_words(probability: float, words: str) -> None:
    """The number is shown beside them."""
    assert describe_confidence(probability) == words


@pytest.mark.parametrize(
    ("documents", "total", "words"),
    [
        ("", 0, ""),
        ("b", 1, "1 other document"),
        ("bcde", 4, "4 other documents"),
        ("a", 1, "1 other place"),
        ("abb", 3, "3 other places"),
        ("bc", 4000, "4,000 other places"),
    ],
)
def test_copies_are_counted_in_documents_if_all_are_in_others(documents: str, total: int, words: str) -> None:
    """Twice in one document, in the document itself, or not all listed: then in places."""
    copies = tuple(PassageCopy(f"{name}#{n}", Source(name, "", ""), 0, 5) for n, name in enumerate(documents))
    passage = AnswerPassage(
        1, "a#0-5", 0.9, "Cats.", None, Source("a", "", ""), 0, 5, (), copies=copies, copies_total=total
    )
    assert describe_copies(passage) == words


@pytest.mark.parametrize(("probability", "shown"), [(0.125, 13), (0.12496, 13), (0.12494, 12), (0.875, 88), (1.0, 100)])
def test_per_cents_are_rounded_as_scripts_round_them(probability: float, shown: int) -> None:
    """``Math.round`` of the JSON's four digits: a half goes up."""
    assert format_percent(probability) == f"{shown}%"


def test_a_copy_says_in_what_it_differs() -> None:
    """Its date, if it is known, and whether its words are others; nothing if neither."""
    plain, dated = Source("b", "", ""), Source("b", "", "", "2023-02-01")
    assert describe_copy(PassageCopy("b#0-5", plain, 0, 5)) == ""
    assert describe_copy(PassageCopy("b#0-5", dated, 0, 5)) == "2023-02-01"
    assert describe_copy(PassageCopy("b#0-5", dated, 0, 5, identical=False)) == "2023-02-01, not word for word"

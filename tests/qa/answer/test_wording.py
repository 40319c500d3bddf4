"""Probabilities in words."""

import pytest

from qa.answer.wording import describe_confidence


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.9, "almost certain (90 %)"),
        (0.89, "likely (89 %)"),
        (0.75, "likely (75 %)"),
        (0.74, "more likely than not (74 %)"),
        (0.5, "more likely than not (50 %)"),
        (0.49, "doubtful (49 %)"),
        (0.25, "doubtful (25 %)"),
        (0.24, "unlikely (24 %)"),
        (0.0, "unlikely (0 %)"),
    ],
)
def test_each_range_has_its_words(probability: float, words: str) -> None:
    """The number is shown beside them, and does not part from its sign."""
    assert describe_confidence(probability).replace("\N{NO-BREAK SPACE}", " ") == words

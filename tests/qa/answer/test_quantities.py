"""Amounts: in several units, with a limit, with a protocol."""

import pytest

from tests.qa.answer.helpers import tidy


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("3 h 45 min for one, 4 h ⟦40 min⟧ for two", "4 h 40 min"),
        ("He is ⟦6 ft⟧ 2 in tall", "6 ft 2 in"),
        ("after ⟦one year⟧ and six months there", "one year and six months"),
        ("in the 1980s and ⟦1990s⟧", "1990s"),
        ("it took ⟦5 days⟧ and 3 miles", "5 days"),
        ("Take up to ⟦30 days⟧ off.", "up to 30 days"),
        ("There are more than ⟦two⟧ of them.", "more than two"),
        ("no later than ⟦14 May⟧", "no later than 14 May"),
        ("The game is over. ⟦5 points⟧ were given", "5 points"),
        ("He walked over ⟦the hill⟧", "the hill"),
        ("open port ⟦8444⟧/tcp there", "8444/tcp"),
    ],
)
def test_amounts_are_whole(marked: str, expected: str) -> None:
    """With the smaller unit after the greater one, and with what makes a limit of them."""
    assert tidy(marked) == expected

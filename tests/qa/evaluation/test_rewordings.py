"""Questions in other guises."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluation.data.rewordings import keywords, shouted, slipped, statement, unaccented, varied


def test_a_statement_has_the_answer_in_place_of_the_question_word() -> None:
    """As a claim that is to be checked has; a question without a known answer stays as it is."""
    assert statement("Who made the film?", "Ann Lee") == "Ann Lee made the film"
    assert statement("How many sons had the king?", "seven") == "seven had the king"
    assert statement("Who made the film?", "") == "Who made the film?"


def test_keywords_are_the_words_that_carry_matter() -> None:
    """Unless hardly any would be left."""
    assert keywords("Who directed the second film of Ann Lee?") == "directed second film Ann Lee"
    assert keywords("Who was it?") == "Who was it?"


@given(st.text(max_size=60), st.integers(0, 50))
def test_a_slip_swaps_or_drops_one_letter(question: str, seed: int) -> None:
    """Nothing is added, and at most one character is lost."""
    typed = slipped(question, random.Random(seed))
    assert len(question) - 1 <= len(typed) <= len(question)
    assert not set(typed) - set(question)


def test_two_questions_in_three_stay_as_they_are() -> None:
    """The others come in every guise; the same chance gives the same."""
    chance = random.Random(1)
    made = [varied("Who directed the second film of Ann Lee?", "Bo", chance) for _ in range(3000)]
    assert 0.6 < made.count("Who directed the second film of Ann Lee?") / 3000 < 0.72
    assert "Bo directed the second film of Ann Lee" in made
    assert varied("Why?", "", random.Random(2)) == varied("Why?", "", random.Random(2))


@pytest.mark.parametrize(
    ("typed", "bare"),
    [("Who is Dhōmochevsky?", "Who is Dhomochevsky?"), ("naïve café", "naive cafe"), ("東亜重工", "東亜重工")],
)
def test_accents_are_left_out_and_all_else_stays(typed: str, bare: str) -> None:
    """Letters of scripts without any are as they were."""
    assert unaccented(typed) == bare


def test_shouting_is_in_capitals_and_without_a_mark() -> None:
    """As with the key stuck."""
    assert shouted("Who made it?") == "WHO MADE IT"

"""Questions in other guises."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluation.data.rewordings import (
    add_politeness,
    add_typo,
    capitalise,
    remove_accents,
    to_keywords,
    to_statement,
    vary_question,
)


def test_a_statement_has_the_answer_in_place_of_the_question_word() -> None:
    """As a claim that is to be checked has; a question without a known answer stays as it is."""
    assert to_statement("Who made the film?", "Ann Lee") == "Ann Lee made the film"
    assert to_statement("How many sons had the king?", "seven") == "seven had the king"
    assert to_statement("Who made the film?", "") == "Who made the film?"


def test_keywords_are_the_words_that_carry_matter() -> None:
    """Unless hardly any would be left."""
    assert to_keywords("Who directed the second film of Ann Lee?") == "directed second film Ann Lee"
    assert to_keywords("Who was it?") == "Who was it?"


@given(st.text(max_size=60), st.integers(0, 50))
def test_a_slip_swaps_or_drops_one_letter(question: str, seed: int) -> None:
    """Nothing is added, and at most one character is lost."""
    typed = add_typo(question, random.Random(seed))
    assert len(question) - 1 <= len(typed) <= len(question)
    assert not set(typed) - set(question)


def test_two_questions_in_three_stay_as_they_are() -> None:
    """The others come in every guise; the same chance gives the same."""
    chance = random.Random(1)
    made = [vary_question("Who directed the second film of Ann Lee?", "Bo", chance) for _ in range(3000)]
    assert 0.6 < made.count("Who directed the second film of Ann Lee?") / 3000 < 0.72
    assert "Bo directed the second film of Ann Lee" in made
    assert vary_question("Why?", "", random.Random(2)) == vary_question("Why?", "", random.Random(2))


@pytest.mark.parametrize(
    ("typed", "bare"),
    [("Who is Dhōmochevsky?", "Who is Dhomochevsky?"), ("naïve café", "naive cafe"), ("東亜重工", "東亜重工")],
)
def test_accents_are_left_out_and_all_else_stays(typed: str, bare: str) -> None:
    """Letters of scripts without any are as they were."""
    assert remove_accents(typed) == bare


def test_shouting_is_in_capitals_and_without_a_mark() -> None:
    """As with the key stuck."""
    assert capitalise("Who made it?") == "WHO MADE IT"


@given(
    st.sampled_from(["Who made it?", "is it long?", "Blame! in a sentence", "0-dimensional", ""]), st.integers(0, 50)
)
def test_a_polite_question_still_has_all_its_words(question: str, seed: int) -> None:
    """A question word loses its capital inside a sentence; a name keeps it."""
    polite = add_politeness(question, random.Random(seed))
    assert len(polite) > len(question)
    assert question in polite or "who made it?" in polite
    assert "tell me Who" not in polite
    assert polite == add_politeness(question, random.Random(seed))

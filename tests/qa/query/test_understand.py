"""Questions and history into queries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.analyzer import Analyzer
from qa.query.understand import understand, weigh_terms
from qa.types import Request, Turn

ANALYZER = Analyzer()


def test_a_question_that_stands_alone_is_left_alone() -> None:
    """History changes nothing about a question that can be understood without it."""
    turns = (Turn("What do cats eat?", "Mice."),)
    assert understand(Request("volcanoes of Iceland", turns), ANALYZER).searched_as == "volcanoes of Iceland"


def test_a_follow_up_carries_what_it_lacks_in_brackets() -> None:
    """The terms of the question itself are kept apart."""
    turns = (Turn("Who directed the film?", "It was Hiroyuki Seshita."), Turn("Which studio animated Blame!?"))
    query = understand(Request("When was it released?", turns), ANALYZER)
    assert query.searched_as == "When was it released? (Blame studio)"
    assert query.question_terms == ("releas",)
    assert set(query.content_terms) == {"releas", "blame", "studio"}


@pytest.mark.parametrize("said", ["thanks!", "ok", "Great, thank you", "Hello!", "bye"])
def test_small_talk_has_no_content(said: str) -> None:
    """It is no question, and what was said before does not make it one."""
    query = understand(Request(said, (Turn("Who directed the film?"),)), ANALYZER)
    assert query.content_terms == query.question_terms == ()
    assert query.searched_as == said


def test_literal_small_talk_is_searched() -> None:
    """Somebody may look for the word itself."""
    assert understand(Request("ok", literal=True), ANALYZER).content_terms == ("ok",)


def test_politeness_and_typos_are_gone_before_anything_is_carried() -> None:
    """What is searched is the question itself, corrected."""
    query = understand(
        Request("Hi, could you tell me who made it? Thanks!"), ANALYZER, lambda text: text.replace("made", "wrote")
    )
    assert query.question == query.searched_as == "who wrote it?"


def test_a_literal_question_is_searched_as_it_was_typed() -> None:
    """No politeness is stripped, no typo corrected, nothing carried over; only the ends are trimmed."""
    asked = Request(" Hi, who made it? Thanks! ", (Turn("Who directed the film?"),), literal=True)
    query = understand(asked, ANALYZER, lambda text: text.replace("made", "wrote"))
    assert query.question == query.searched_as == "Hi, who made it? Thanks!"


def test_decomposed_letters_are_composed() -> None:
    """NFC makes a question typed with combining marks the one typed without."""
    typed, composed = "Sho\u0304nen?", "Shōnen?"
    assert understand(Request(typed), ANALYZER) == understand(Request(composed), ANALYZER)


def test_a_content_term_counts_twice_as_much_as_a_stop_word() -> None:
    """A content term weighs 1, a stop word one half."""
    assert weigh_terms(["who", "direct", "film"], ["direct", "film"]) == {"who": 0.5, "direct": 1.0, "film": 1.0}


@given(st.text(min_size=1, max_size=300).filter(str.strip))
def test_any_text_is_understood(text: str) -> None:
    """No text, however odd, is refused here, and none is understood in two ways."""
    request = Request(text, (Turn(text, text),))
    assert understand(request, ANALYZER) == understand(request, ANALYZER)

"""Questions and history into queries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.analyzer import Analyzer
from qa.query.follow_up import depends_on_history
from qa.query.understand import understand, weigh_terms
from qa.types import Request, Turn

ANALYZER = Analyzer()


@pytest.mark.parametrize(
    "question", ["When was it released?", "And who wrote it?", "Why?", "Who wrote?", "Where did they go then?"]
)
def test_a_question_that_refers_or_hardly_asks_depends_on_the_history(question: str) -> None:
    """Pronouns, openers of a continuation and bare question words need what was asked before."""
    assert depends_on_history(question)


@pytest.mark.parametrize(
    "question", ["Who directed the Blame! film?", "volcanoes of Iceland", "How tall is Mount Fuji?"]
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    """History changes nothing about a question that can be understood without it."""
    turns = (Turn("What do cats eat?", "Mice."),)
    assert understand(Request(question, turns), ANALYZER).searched_as == question


def test_a_follow_up_carries_names_and_the_content_of_the_last_and_the_first_question() -> None:
    """The words that the question lacks are appended in brackets, each once."""
    turns = (Turn("Who directed the film?", "It was Hiroyuki Seshita."), Turn("Which studio animated the film?"))
    query = understand(Request("When was it released?", turns), ANALYZER)
    assert query.searched_as == "When was it released? (Hiroyuki Seshita studio animated film directed)"
    assert query.question_terms == ("releas",)
    assert set(query.content_terms) == {"releas", "studio", "anim", "film", "direct", "hiroyuki", "seshita"}


def test_what_lies_between_the_first_and_the_last_question_is_forgotten_but_for_names() -> None:
    """A long conversation does not drown the question."""
    turns = (Turn("Who keeps walruses?"), Turn("What is basalt?"), Turn("Where is Ann Lee?"), Turn("What is granite?"))
    assert (
        understand(Request("Where is it?", turns), ANALYZER).searched_as
        == "Where is it? (Ann Lee granite keeps walruses)"
    )


def test_at_most_three_names_and_five_words_of_the_first_turn_are_carried() -> None:
    """The most frequent names, and of the first turn what comes first; the last question is carried whole."""
    turns = (Turn("ash birch cedar dogwood elm fir", "Ann Bo Cy Di. It is Ann Bo Cy."), Turn("gum hazel"))
    searched = understand(Request("Why?", turns), ANALYZER).searched_as
    assert searched == "Why? (Ann Bo Cy gum hazel ash birch cedar dogwood elm)"


def test_at_most_twelve_words_are_carried() -> None:
    """A long question before does not drown this one."""
    turns = (Turn(" ".join(f"word{chr(97 + number)}" for number in range(20))),)
    searched = understand(Request("Why?", turns), ANALYZER).searched_as
    assert searched == f"Why? ({' '.join(turns[0].question.split()[:12])})"


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

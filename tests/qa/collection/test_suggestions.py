"""Questions made of a collection are answered by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from qa.collection.suggestions import suggest_questions
from qa.collection.suggestions.choose import _scatter_numbers
from qa.collection.suggestions.templates import generate_questions
from qa.engine import Engine
from qa.types import Request, Status


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The bridge was built by Ann Lee.", "Who was the bridge built by?"),
        ("The opera is written by Ann Lee and directed by Bo Ek.", "Who is the opera directed by?"),
        ("The museum was officially opened in May 1911.", "When was the museum opened?"),
        ("Plans for a tunnel were announced on 4 May 1911.", "When were plans for a tunnel announced?"),
        ("In 2006, the distribution was nominated for an award in Rome.", "When was the distribution nominated for an award?"),
        ("Ann Lee (1850–1911) was born in Leeds.", "Where was Ann Lee born?"),
        ("The short is contextualized as a TV programme.", "What is the short contextualized as?"),
        ("The axolotl is a salamander.", "What is the axolotl?"),
        ("Killy is a man of few words.", "Who or what is Killy?"),
        ("Marie Curie discovered the element radium, too.", "Who discovered the element radium?"),
        ("The old fox took the cheese.", "Who or what took the cheese?"),
    ],
)  # fmt: skip
def test_a_sentence_gives_the_question_that_it_answers(sentence: str, question: str) -> None:
    """By the order of its words, asides left out."""
    assert question in [asked for _, asked in generate_questions(sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "It was built by Ann Lee.", "He is a man.", "This is a test.", "However, the bridge was built by Ann Lee.",
        "The man took his hat.", "映画です。", "", "There is a house.", "In 1911, it was opened to the public.",
    ],
)  # fmt: skip
def test_a_sentence_that_leans_on_others_gives_none(sentence: str) -> None:
    """Nobody would know who "he" is."""
    assert list(generate_questions(sentence)) == []


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    """Nothing breaks, and what comes is a question."""
    assert all(question.endswith("?") for _, question in generate_questions(text))


@given(st.integers(0, 3000))
def test_a_scatter_numbers_order_has_every_number_once(count: int) -> None:
    """However many there are."""
    assert sorted(_scatter_numbers(count)) == list(range(count))


@pytest.mark.slow
def test_the_seed_is_asked_what_it_answers(engine: Engine) -> None:
    """Five at least, each answered where it was made; twice the same."""
    found = suggest_questions(engine)
    assert len(found) >= 5
    assert found == suggest_questions(engine)
    for one in found:
        answer = engine.ask(Request(one.question))
        assert answer.status is Status.ANSWERED and answer.answer is not None
        assert one.span.overlaps(Span(answer.answer.start, answer.answer.end))

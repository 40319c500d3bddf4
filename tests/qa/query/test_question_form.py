"""What kind of answer a question asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.query.question_form import classify_question
from qa.types import QuestionForm


@pytest.mark.parametrize(
    "question",
    [
        "Is the film longer than two hours?",
        "can you eat tomatoes that have burst",
        "do nights booked on another website count for my level",
        "Hi! Could you tell me whether dogs are allowed? Thanks",
        "Tell me if there is a discount.",
        "My boy threw up half an hour after his spoonful. Shall I give it again?",
        "We still have one. Are we covered? Best wishes",
        "If I'm late by an hour, can I still board?",
        "Isn't it closed on Mondays?",
    ],
)
def test_a_verb_first_asks_for_yes_or_no(question: str) -> None:
    """Whatever comes before the question: a greeting, a situation, a condition."""
    assert classify_question(question) is QuestionForm.YES_NO


@pytest.mark.parametrize(
    "question",
    [
        "Why did she leave the railway?",
        "why werent the mixed quads held",
        "How do I cancel?",
        "how to reset the router",
        "printer paper jam how to clear",
        "Tell me how to start Boost.",
        "I forgot the noon dose. What do I do now?",
        "What happened to the bridge in 1909?",
        "What does the limiter do?",
        "What did the company do about it?",
        "What will happen if I mix them?",
        "Is there any way to get it cheaper?",
        "For what reason is it closed?",
        "Explain the second rule.",
        "How were the samples classified?",
        "outage root cause",
    ],
)
def test_why_and_how_and_what_happened_ask_for_an_explanation(question: str) -> None:
    """In full sentences, indirect questions and keywords."""
    assert classify_question(question) is QuestionForm.EXPLANATION


@pytest.mark.parametrize(
    "question",
    [
        "Which studios animated the film?",
        "which two conditions did he attach",
        "What are the three parts of a turn?",
        "Name all members of the crew.",
        "List the payment methods.",
        "Please list what I need",
        "In which months did the packs appear?",
        "Who were the judges?",
        "Which payroll export formats does it offer?",
        "Tell me the dates of the sampling.",
        "What do people complain about? List the points.",
    ],
)
def test_a_plural_asks_for_a_list(question: str) -> None:
    """Also one behind a preposition or a request."""
    assert classify_question(question) is QuestionForm.LIST


@pytest.mark.parametrize(
    "question",
    [
        "Who directed the film?",
        "How many days do I have?",
        "how long does it take",
        "How often is it serviced?",
        "How keen is the keeper on it?",
        "How strongly must it be thinned?",
        "How are the recipes?",
        "What size is it?",
        "What counts as a serious injury?",
        "Which command shows the settings?",
        "Which discount applies?",
        "Which bus goes there?",
        "What company makes it",
        "Will Smith age",
        "Can Yaman age",
        "What is the news?",
        "Which is it?",
        "I know how it works. Who made it?",
        "flash point Vantorex H-40",
        "Who showed how to do it?",
        "The dates of the sampling",
        "May 2019 sales",
        "Wer hat den Film gedreht?",
        "主演は誰ですか",
        "?",
    ],
)
def test_the_rest_asks_for_words(question: str) -> None:
    """A name, a number, a thing; a measure is no manner, and a verb that ends in s no plural."""
    assert classify_question(question) is QuestionForm.OTHER


@given(st.text(max_size=80))
def test_any_text_has_a_form(question: str) -> None:
    """Nothing that can be asked is too strange, and a full stop or spaces change nothing."""
    assert classify_question(question) is classify_question(f"  {question} ".replace("\n", "\n"))

"""Politeness around a question is stripped, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.query.politeness import strip_politeness


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("Hi there! Could you please tell me who directed the film? Thanks!", "who directed the film?"),
        ("Hello, I'd like to know when it was released, please", "when it was released"),
        ("Good morning, do you know where the tower stands?", "where the tower stands?"),
        ("hey who is Killy", "who is Killy"),
        ("Tell me what NSE does. Thank you very much in advance!", "what NSE does"),
        ("Hello! Towers of Kyoto", "Towers of Kyoto"),
        ("Hi, I'd like to know why, many thanks", "why"),
        ("I was wondering where they live", "where they live"),
        ("Great! When was it released?", "When was it released?"),
        ("Thanks, and who wrote it?", "and who wrote it?"),
        ("OK, thank you. Could you tell me who is Killy?", "who is Killy?"),
    ],
)
def test_politeness_is_stripped(asked: str, meant: str) -> None:
    """Greetings, "could you tell me" and thanks say nothing about what is searched."""
    assert strip_politeness(asked) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Who directed the film?",
        "Hello world program: who wrote it?",
        "What is a thank you note",
        "Can you swim in Iceland?",
        "Please Please Me, which album?",
        "Who sang Cheers?",
        "What is the meaning of please?",
        "Hello, Dolly! songs",
        "Good Morning, Vietnam",
        "thanks",
        "good morning",
        "Great Expectations",
        "Wow! magazine",
        "Cool runnings, which year?",
    ],
)
def test_words_that_are_asked_about_stay(question: str) -> None:
    """The same words inside a question, or alone, are what is searched."""
    assert strip_politeness(question) == question


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_something_is_always_left(text: str) -> None:
    """No question is politeness alone, and what is left was part of it."""
    left = strip_politeness(text)
    assert left.strip()
    assert left.rstrip("?") in text

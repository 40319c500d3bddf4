"""Questions that say nothing to look for, and those that only seem to."""

import pytest

from index.generation.documents import Documents
from index.generation.passages import Passages
from index.text.analyzer import Analyzer
from index.types import Document, Passage, Span
from qa.engine import Engine
from qa.query.understand import understand
from qa.ranking.content_check import ContentCheck
from qa.ranking.fusion import Hit
from qa.types import Reason, Request, Status, Turn

EMPTY = (
    *(
        "😀",
        "!!!",
        "...",
        "?",
        "-",
        "a",
        "A?",
        "the",
        "Thanks!",
        "thank you so much",
        "ok",
        "OK, thanks",
        "Hello",
        "hi there",
    ),
    *(
        "good morning!",
        "Good bye.",
        "What is it?",
        "who are you",
        "Why?",
        "what about them",
        "WHAT IS THIS?",
        "( )",
        "*",
    ),
)
CONTENT = (
    "C",
    "R",
    "42",
    "C++",
    "C#",
    "何",
    "何ですか",
    "猫",
    "นี่คืออะไร",
    "Was ist das?",
    "¿qué?",
    "ok button",
    "thanks giving",
    "asdf",
)


def check(text: str, title: str = "Notes", heading: str | None = None) -> ContentCheck:
    passage = Passage("d", 0, len(text), (Span(0, len(text)),), heading)
    return ContentCheck(Passages.build([passage], Documents.build([Document("d", text, title)])))


def has_content(question: str, checked: ContentCheck, history: tuple[Turn, ...] = ()) -> bool:
    query = understand(Request(question, history), Analyzer())
    return checked.has_content(query, [Hit(0, 1.0, 0.5, 0.0, 1, 1)])


PLAIN = check("The ferry leaves the northern pier at noon. It costs two crowns, and dogs travel free.")


@pytest.mark.parametrize("question", EMPTY)
def test_nothing_is_looked_for(question: str) -> None:
    """Marks, emoji, courtesy, and stop words that nothing in the collection is called."""
    assert not has_content(question, PLAIN)


@pytest.mark.parametrize("question", CONTENT)
def test_any_other_word_is_something_to_look_for(question: str) -> None:
    """Letters, numbers, other languages, and courtesy that is part of something; whether it is found is another matter."""
    assert has_content(question, PLAIN)


@pytest.mark.parametrize(
    ("question", "title", "heading", "text"),
    [
        ("The Who", "The Who", None, "A rock band of London."),
        ("who are the who?", "Bands", "The Who", "A rock band of London."),
        ("it", "It", None, "A novel of 1986."),
        ("OK", "OK", None, "What the key does."),
        ("Who is Will?", "Cast", None, "In the first act Will leaves the house, and Anne stays."),
        ("Will", "Cast", None, "In the first act, Will leaves the house."),
        ("IT?", "Staff", None, "Ask the IT department."),
        ("to be or not to be", "Hamlet", None, "HAMLET: To be, or not to be, that is the question."),
        ("--", "Shell", None, "Everything after -- is a file name."),
        ("what does `=>` do?", "Code", None, "Write x => x + 1 for a function."),
        ("😀", "Chat", None, "See you tomorrow 😀"),
    ],
)
def test_stop_words_and_signs_that_mean_something_here(
    question: str, title: str, heading: str | None, text: str
) -> None:
    """A title, a heading, a name, a quotation, code and emoji of a passage that was found, and nowhere else."""
    assert has_content(question, check(text, title, heading))
    assert not has_content(question, PLAIN)


@pytest.mark.parametrize("question", ["What is it about?", "Can you help?", "How are you there?"])
def test_a_heading_of_one_stop_word_is_no_name_within_a_question(question: str) -> None:
    """Pages called "About", "Help" or "You" would give content to every question with that word."""
    for heading in ("About", "Help", "You"):
        assert not has_content(question, check("The ferry leaves at noon.", "Ferries", heading))


def test_a_name_is_told_from_the_beginning_of_a_sentence() -> None:
    """Every sentence begins with a capital, in the question as in the text."""
    assert not has_content("Will it?", check("Will leaves. Will stays."))
    assert not has_content("How is it for them?", check("She wrote the book How It Works."))


def test_a_follow_up_has_the_content_of_its_conversation() -> None:
    """What it carries over is what is looked for."""
    turns = (Turn("Who wrote Moby Dick?", "Herman Melville"),)
    assert has_content("who is it?", PLAIN, turns)


@pytest.mark.parametrize("question", ["😀", "!!!", "thanks!", "a"])
@pytest.mark.parametrize("mode", ["fast", "precise"])
def test_such_a_question_is_not_found(engine: Engine, question: str, mode: str) -> None:
    """With the reason, without any confidence; the nearest passages are returned all the same."""
    answer = engine.ask(Request(question, mode=mode))
    assert (answer.status, answer.reason, answer.answer) == (Status.NOT_FOUND, Reason.NO_CONTENT_WORDS, None)
    assert answer.passages
    assert {answer.confidence, *(passage.score for passage in answer.passages)} == {0.0}


def test_the_filter_that_allows_nothing_is_the_first_reason(engine: Engine) -> None:
    """Another question would not help."""
    assert engine.ask(Request("!!!", documents=("*.pdf",))).reason is Reason.FILTERED_OUT

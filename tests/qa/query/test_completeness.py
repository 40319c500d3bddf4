"""Whether a question needs its conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.query.completeness import find_references, has_name
from qa.query.follow_up import ParsedTurn
from qa.query.words import split_written_words

REFERRING = (
    "When was it released?",
    "Where did they go then?",
    "Did Anna meet her?",
    "Who saves her?",
    "In Japan, was it popular?",
    "Is it safe to eat?",
    "Why is it called Blame?",
    "Did he think everybody would like it?",
    "Which company licensed it for home video?",
    "What happened after his death?",
    "What happened to the show when she left?",
)
POINTING = (
    "Where was that published?",
    "What year did that come out?",
    "Who directed that film?",
    "Who directed this film?",
    "Does this apply to me?",
    "Why did this happen?",
    "Is this included?",
    "Do these count?",
    "Is that so?",
    "What else is in this article?",
    "Did the brothers live there?",
    "Which one is the latest?",
    "Is the price the same?",
    "Are there any other films?",
    "What else did the studio make?",
)
SHORT = (
    "Why?",
    "Who wrote?",
    "And who wrote it?",
    "and the price?",
    "And compared with Blame!2?",
    "What about Japan?",
    "in which category",
    "2007?",
    "What happened in 2007?",
    "How many seasons?",
    "What is the price?",
    "Who was nominated?",
    "Who is responsible?",
    "basalt?",
    "Tell me more",
)
EXPLETIVE = (
    "Is it true that Nihei wrote Blame!?",
    "Was it Nihei who wrote Blame!?",
    "Is it safe to eat raw eggs?",
    "Why is it that the Emperor left Vienna?",
    "Is it raining in London?",
    "What time is it in Tokyo?",
    "It's Saturday and the elevator stopped, whom do I call?",
    "How long does it take to boil an egg?",
    "What does it cost to enter the park?",
    "Does IT approve laptops?",
    "Lead oxide makes it easier to dissolve the stone?",
)
# The pronoun has something before it in the question itself.
OWN_ANTECEDENT = (
    "Who wrote Blame! and when was it released?",
    "What did Jarred Pine say when he reviewed the volume?",
    "Did Kidd like his coach?",
    "How do I reset my password if I forgot it?",
    "My daughter is 14. May she drive?",
    "I found a coin with an owl on it. What is its worth?",
    "At what age can a pupil put their own name on the form?",
    "If I clean everything, will that stop the virus?",
    "What did Gus Van Sant do with the money he saved?",
    "Can the officer close a case if he lost the file?",
    "Stellan itself wants to leave; what does the contract say?",
)
JOINING = (
    "Who said that God is dead?",
    "the film that Nihei directed",
    "Are there any films about Blame!?",
    "How many people are there in Iceland?",
    "What happened this week in Tokyo?",
    "What are those who fail the test called?",
    "If a guest leaves early, what then?",
    "One of the films won which award?",
    "Which films other than Blame! did Seshita direct?",
    "What can I do to manage my fear and anger during this terrible pandemic?",
)
COMPLETE = (
    "Who directed the Blame! film?",
    "volcanoes of Iceland",
    "How tall is Mount Fuji?",
    "basalt",
    "Cibo?",
    "What is basalt?",
    "what is a walrus",
    "what does ataraxia mean?",
    "Who is Cibo?",
    "And who wrote Hamlet?",
    "What should I do if I have asthma?",
    "誰が監督しましたか?",
    "Wer hat Regie geführt?",
    "How do I register?",
    "Where can I park?",
    "Can I smoke?",
    "Do you deliver?",
    "Is it raining?",
    "Does this warranty cover water damage?",
    "How do I get a refund for this order?",
    "Who wrote this handbook?",
    "What does this error mean: ECONNREFUSED?",
    "How do these boots fit?",
    "Which of these plans is cheapest?",
)


def depends_on_history(question: str) -> bool:
    return ParsedTurn(split_written_words(question), ()).is_dependent


@pytest.mark.parametrize("question", [*REFERRING, *POINTING, *SHORT])
def test_a_question_that_refers_or_hardly_asks_depends_on_its_conversation(question: str) -> None:
    """Pronouns and demonstratives without an antecedent, continuations, and questions of a word or two."""
    assert depends_on_history(question)


@pytest.mark.parametrize("question", [*EXPLETIVE, *OWN_ANTECEDENT, *JOINING, *COMPLETE])
def test_a_question_that_names_what_it_is_about_is_complete(question: str) -> None:
    """So it is if its pronouns refer to nothing, or to a thing in the question."""
    assert not depends_on_history(question)


def test_the_words_that_refer_are_known() -> None:
    """They decide what is carried."""
    assert find_references(split_written_words("Did he like that when it came out?")) == ["he", "that", "it"]


def test_a_name_is_capitalised_within_a_sentence_or_before_another_name() -> None:
    """So it is not the first word of a sentence, unless a capital follows; a text in capitals has no names."""

    def find_names(text: str) -> list[str]:
        return [word.written for word in split_written_words(text) if word.is_name]

    assert find_names("Volcanoes of Iceland. Lava is hot.") == ["Iceland"]
    assert find_names("Ann Lee's cat met Bo. Who's P-cell?") == ["Ann", "Lee", "Bo", "P-cell"]
    assert find_names("WHO DIRECTED BLAME?") == []
    assert has_name(split_written_words("the 8th episode"))
    assert not has_name(split_written_words("the last episode"))


@given(st.text(max_size=200))
def test_every_text_is_judged(text: str) -> None:
    """However odd it is."""
    assert depends_on_history(text) in {True, False}

"""Which words are carried from a conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.query.follow_up import MAX_CARRIED, carry_words, is_small_talk
from qa.types import Turn

EGG = Turn("How long should I boil an egg?", "Six minutes.")
FILM = Turn("Who directed the Blame! film?", "Hiroyuki Seshita")


@pytest.mark.parametrize(
    "question", ["What is the capital of France?", "Is it true that cats sleep all day?", "Who is Cibo?", "basalt"]
)
def test_a_complete_question_carries_nothing(question: str) -> None:
    """Whatever was said before."""
    assert carry_words(question, [FILM, Turn("When was it released?", "In 2017."), Turn("Who wrote it?")]) == []


@pytest.mark.parametrize("said", ["thanks!", "Great, thank you", "ok", "hello", "bye", "No problem.", "cool 👍"])
def test_small_talk_carries_nothing(said: str) -> None:
    """It asks nothing."""
    assert is_small_talk(said)
    assert carry_words(said, [FILM]) == []


@pytest.mark.parametrize(
    "question", ["Why?", "Who?", "Who sang Cheers?", "Good Bye Lenin", "Great Expectations", "!!!", ""]
)
def test_a_question_is_no_small_talk(question: str) -> None:
    """Nor is a title that begins like it, nor a text without words."""
    assert not is_small_talk(question)


def test_small_talk_between_two_questions_is_passed_over() -> None:
    """The turn before the thanks is the last one."""
    turns = [Turn("Who wrote the Blame! manga?", "Tsutomu Nihei"), Turn("Great, thanks!")]
    assert carry_words("When was he born?", turns) == ["Tsutomu", "Nihei"]


def test_a_person_is_the_answer_to_a_question_who() -> None:
    """The answer's name is carried, and not what was asked about."""
    assert carry_words("When was he born?", [FILM]) == ["Hiroyuki", "Seshita"]
    assert carry_words("When was it released?", [FILM]) == ["Blame", "film"]


def test_the_same_pronoun_means_the_same_as_in_the_last_question() -> None:
    """It is named in the turn before, and the names and answers between are of other things."""
    turns = [
        Turn("Who was Walter Scott?", "A writer."),
        Turn("Where did he go to school?", "the Royal High School of Edinburgh"),
        Turn("Did he like Edinburgh?"),
    ]
    assert carry_words("Did he go to college?", turns) == ["Walter", "Scott"]


def test_a_thing_brings_what_was_asked_about_it() -> None:
    """The name alone would be the film and not the manga. A fragment goes on with all that was asked."""
    turns = [Turn("Is there a manga based on the Blame! film?")]
    assert carry_words("Who illustrated it?", turns) == ["Blame", "manga", "film"]
    assert carry_words("in which category", [Turn("Was the Tokyopop edition nominated for an award?")]) == [
        "Tokyopop",
        "edition",
        "nominated",
        "award",
    ]


def test_a_short_answer_without_a_name_is_carried() -> None:
    """A long one is not."""
    assert carry_words("Is it toxic?", [Turn("Which gas leaked?", "methane")]) == ["methane", "gas"]
    told = "It was a gas that nobody had seen or smelt before"
    assert "smelt" not in carry_words("Is it toxic?", [Turn("Which gas leaked?", told)])


def test_a_turn_on_another_matter_gives_nothing() -> None:
    """The last turn is complete, so what was said before it does not matter."""
    assert carry_words("Is it healthy?", [FILM, EGG]) == ["long", "boil", "egg"]


def test_a_turn_that_depends_on_the_one_before_leads_there() -> None:
    """And from there on, as far as the next complete question."""
    turns = [EGG, Turn("When was the Blame! film announced?"), Turn("And who wrote it?"), Turn("Was it a success?")]
    assert carry_words("Is it still shown?", turns) == ["Blame", "film"]


def test_a_short_question_without_a_name_belongs_to_the_conversation() -> None:
    """It is complete, but on the matter of the turn before it: which band is said there."""
    turns = [Turn("Who are Fleet Foxes?"), Turn("How did the band form?", "At school.")]
    assert carry_words("Did they tour?", turns) == ["Fleet", "Foxes"]


def test_the_thing_of_the_last_turn_is_taken_up() -> None:
    """The film is the one that was spoken of, unless the question names another."""
    assert carry_words("How long is the film?", [FILM]) == ["Blame"]
    assert carry_words("How long is the film about Fuji?", [FILM]) == []
    assert carry_words("How long is the book?", [FILM]) == []
    assert carry_words("Who printed the manga?", [Turn("What did Ann draw?", "the manga Blame!")]) == ["Blame", "Ann"]


def test_this_thing_is_taken_up_if_it_was_named() -> None:
    """Otherwise the question says itself what it means, and may be on another matter."""
    warranty = Turn("How long is the warranty of the Kestrel kettle?", "two years")
    assert carry_words("Does this warranty cover water damage?", [warranty]) == ["Kestrel"]
    assert carry_words("Does this warranty cover Poland?", [warranty]) == ["Kestrel"]
    assert carry_words("Does this warranty cover water damage?", [FILM]) == []
    assert carry_words("How do I register?", [FILM]) == []
    assert carry_words("Which trains go to Oslo the same day?", [Turn("Which day is free?", "Monday")]) == []


def test_a_name_is_completed_as_it_was_introduced() -> None:
    """The last turn has the surname only."""
    turns = [Turn("Who is Katrina Kaif?"), Turn("Did Kaif win a prize?")]
    assert carry_words("Was she married?", turns) == ["Katrina", "Kaif"]


def test_a_conversation_in_lower_case_gives_its_words() -> None:
    """No word looks like a name."""
    turns = [Turn("who directed the blame film"), Turn("was it long")]
    assert carry_words("when was it released", turns) == ["long", "directed", "blame", "film"]


def test_what_says_nothing_is_not_carried() -> None:
    """Numbers of the last question, and words such as "interesting"."""
    assert carry_words("Why?", [Turn("What interesting things happened in Tokyo in 2007?")]) == ["Tokyo"]


@given(
    st.text(max_size=60), st.lists(st.builds(Turn, st.text(max_size=60), st.none() | st.text(max_size=60)), max_size=4)
)
def test_words_are_carried_from_what_was_said(question: str, turns: list[Turn]) -> None:
    """As they were written, each once, and not too many."""
    carried = carry_words(question, turns)
    said = " ".join(f"{turn.question} {turn.answer or ''}" for turn in turns)
    assert all(word in said for word in carried)
    assert len(carried) == len(set(carried)) <= MAX_CARRIED


def test_few_words_are_carried() -> None:
    """A long question before does not drown this one."""
    names = " and ".join(f"Word{chr(97 + number)} Name{chr(97 + number)}" for number in range(20))
    assert len(carry_words("Why?", [Turn(f"who met {names}")])) <= MAX_CARRIED

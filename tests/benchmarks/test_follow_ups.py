"""The figures of follow-ups, on conversations whose figures are known."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.follow_ups import (
    CANARD,
    FollowUp,
    carry_last_question,
    carry_last_turn,
    carry_shipped,
    load_follow_ups,
    measure_after_switch,
    measure_alone,
    measure_carrying,
)
from qa.types import Turn

SCOTT = Turn("Who was Walter Scott?", "A writer of novels.")
BORN = FollowUp("a", "Where was he born?", (SCOTT,), "Where was Walter Scott born?")
NOVELS = FollowUp("a", "What is a novel?", (SCOTT, Turn("Where was he born?")), "what is a novel")


def test_only_words_that_the_conversation_has_are_needed() -> None:
    """No rule can carry others."""
    besides = FollowUp("a", "What else did he write?", (SCOTT,), "Besides poems, what did Walter Scott write?")
    assert besides.needed == {"walter", "scott"}
    assert BORN.needed == {"walter", "scott"}
    assert NOVELS.is_complete
    assert not BORN.is_complete


def test_precision_and_recall_count_terms() -> None:
    """Of one question that needs two, and of one that needs none."""

    def carry_one_right_one_wrong(question: str, history: Sequence[Turn]) -> frozenset[str]:
        return frozenset({"walter", "novel"}) if question == BORN.question else frozenset()

    found = {name: value.mean for name, value in measure_carrying(carry_one_right_one_wrong, [BORN, NOVELS]) if value}
    assert found["precision"] == found["recall"] == 0.5
    assert found["carried terms, mean"] == 1
    assert found["1 questions that need a term: carry one"] == 1
    assert found["1 questions rewritten to themselves: left alone"] == 1


def test_the_rules_that_are_compared() -> None:
    """The shipped one carries names; the others the last question, and the last turn."""
    assert carry_shipped(BORN.question, BORN.history) == {"walter", "scott"}
    assert carry_last_question(BORN.question, BORN.history) == {"walter", "scott"}
    assert carry_last_turn(BORN.question, BORN.history) == {"walter", "scott", "writer", "novel"}


def test_a_question_on_another_matter_must_carry_nothing() -> None:
    """Each is put behind three turns of a conversation."""
    talk = FollowUp("b", "Why?", (Turn("Who is Bo?"), Turn("Where is Bo?"), Turn("Who saw Bo?")), "Why?")
    assert measure_alone(carry_shipped, ["What is basalt?", "When was it found?"], [talk]).mean == 0.5


def test_after_a_switch_nothing_is_carried_from_before_it() -> None:
    """The question's own last turn is complete, so that turns on another matter are not needed."""
    first = FollowUp("c", "who is she?", (Turn("Ann Lee"),), "Who is Ann Lee?")
    second = FollowUp("c", "Was she tall?", (Turn("Ann Lee"), Turn("who is she?")), "Was Ann Lee tall?")
    talk = FollowUp("b", "Why?", (Turn("Who is Bo?"), Turn("Where is Bo?"), Turn("Who saw Bo?")), "Why?")
    assert measure_after_switch(carry_shipped, [first, second, talk]).mean == 1
    assert measure_after_switch(lambda asked, turns: frozenset({"bo"}), [first, second, talk]).mean == 0


def test_the_set_is_read_with_turns_in_pairs(tmp_path: Path) -> None:
    """The title and the section of the article are the first turn."""
    (tmp_path / CANARD.parent).mkdir()
    row = {"dialog": "d", "turn": 1, "history": ["Walter Scott", "Life"], "question": "born?", "rewrite": "Born?"}
    with gzip.open(tmp_path / CANARD, "wt", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    assert load_follow_ups(tmp_path) == [FollowUp("d", "born?", (Turn("Walter Scott", "Life"),), "Born?")]


@pytest.mark.parametrize("dialog", ["a", "b", "c", "d"])
def test_a_conversation_is_in_one_half_only(dialog: str) -> None:
    """All its questions are."""
    halves = {FollowUp(dialog, question, (), "").is_development for question in ("When?", "Why?", "Who?")}
    assert len(halves) == 1

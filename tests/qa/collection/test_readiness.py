"""The readiness check finds a known sentence through each leg, or says which one does not."""

from dataclasses import dataclass
from typing import Any, cast

import pytest

from index.text.analyzer import Analyzer
from qa.collection.readiness import ReadinessCheck, pick_known_sentence

SENTENCE = "The film is directed by Hiroyuki Seshita."


@dataclass(frozen=True)
class Leg:
    name: str
    ran: bool


class Candidates:
    """Dense search gives the passages of a test, the lexical leg nothing."""

    def __init__(self, found: list[int], ran: bool) -> None:
        self.found, self.legs = found, (Leg("dense", ran), Leg("lexical", True))

    def list_found(self, leg: str) -> list[int]:
        return self.found if leg == "dense" else []


class Passages:
    """Passage 7 of 30 holds the sentence."""

    def __len__(self) -> int:
        return 30

    def get_text(self, position: int) -> str:
        return f"Before it. {SENTENCE}" if position == 7 else "Something else."


def check(found: list[int], ran: bool = True, sentence: str = SENTENCE) -> dict[str, bool]:
    retriever = type("Retriever", (), {"retrieve": lambda self, query: Candidates(found, ran)})()
    parts = cast(Any, (sentence, retriever, Passages(), Analyzer("english"), list))
    return dict(ReadinessCheck(*parts).check_legs())


@pytest.mark.parametrize(
    ("found", "ran", "ready"),
    [
        ([7], True, True),
        ([*range(8, 17), 7], True, True),
        ([*range(8, 18), 7], True, False),
        ([], True, False),
        ([7], False, False),
    ],
)
def test_a_leg_is_ready_if_it_ran_and_one_of_its_first_ten_passages_holds_the_sentence(
    found: list[int], ran: bool, ready: bool
) -> None:
    """Several passages may hold it, and only one comes first."""
    assert check(found, ran) == {"dense": ready, "lexical": False}


def test_without_words_there_is_nothing_for_the_lexical_leg_to_find() -> None:
    """A collection of emoji is served all the same."""
    assert check([], sentence="🎬🎬") == {"dense": True, "lexical": True}


class Contents:
    """Passages of one sentence each, of ever more words."""

    sentences = tuple(" ".join(f"film{word}" for word in range(number)) for number in range(300))

    @property
    def passages(self) -> "Contents":
        return self

    def __len__(self) -> int:
        return len(self.sentences)

    def get_sentence_texts(self, position: int) -> list[str]:
        return [self.sentences[position]]


def test_the_known_sentence_is_one_of_the_first_passages_and_can_be_asked() -> None:
    """The one with the most content words of 200 passages, cut to 1,000 characters."""
    analyzer = Analyzer("english")
    assert pick_known_sentence(cast(Any, Contents()), analyzer) == Contents.sentences[199][:1000]
    assert len(Contents.sentences[199]) > 1000

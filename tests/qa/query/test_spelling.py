"""Typos are corrected against the collection's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.query.spelling import Speller

SPELLINGS = {
    "cat": 7,
    "director": 3,
    "film": 9,
    "screenplay": 2,
    "netsphere": 5,
    "safeguard": 4,
    "killy": 2,
    "hound": 1,
}
SPELLER = Speller({**SPELLINGS, "round": 1}, is_word={"form", "ocean", "walrus"}.__contains__)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Who is the direcotr?", "Who is the director?"),  # two neighbours swapped
        ("the Netsphre", "the Netsphere"),  # one left out
        ("THE SAFEGUARDD", "THE SAFEGUARD"),  # one too many, where all is in capitals
        ("the flim", "the film"),
        ("who is kilyl", "who is killy"),
        ("the screanplai", "the screenplay"),  # two edits in a long word
        ("waht film", "what film"),
        ("the dorectar", "the director"),  # two in a word of eight letters
        ("the houns", "the hound"),  # another letter in a word of five
    ],
)
def test_a_typo_is_corrected(typed: str, meant: str) -> None:
    """To the spelling of the collection, cased as it was typed; all else stays."""
    assert SPELLER.correct_typos(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "the director of the film",  # as the collection has it
        "a form, an ocean, a walrus",  # words that the collection lacks
        "cta, flm, filn",  # too short to tell
        "dirctar",  # two edits in a word of seven letters
        "xound, sirector",  # another first letter
        "a SAFEGUARDD of the cKilyl",  # spelt on purpose
        "the directorate 2001 x-film 3rd",  # far from all, or no words of letters
        "ネットスフィア",
    ],
)
def test_what_may_be_meant_is_left_alone(typed: str) -> None:
    """A word that the collection or the language has is never changed, nor one with two meanings."""
    assert SPELLER.correct_typos(typed) == typed


@given(st.lists(st.sampled_from(sorted(SPELLINGS)), max_size=6).map(" ".join))
def test_words_of_the_collection_are_never_changed(text: str) -> None:
    """Whatever stands beside them."""
    assert SPELLER.correct_typos(text) == text


@given(st.text(max_size=100))
def test_any_text_can_be_corrected_and_stays_corrected(text: str) -> None:
    """No text is refused, and correcting twice changes nothing more."""
    once = SPELLER.correct_typos(text)
    assert SPELLER.correct_typos(once) == once

"""Where sentences end."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.sentences import PunctuatedNames, split_into_sentences, strip_span
from index.types import Span

WITH_NAMES = (
    "Everybody at the Yahoo! portal knew it. The staff of Yahoo!, it is said, slept there. "
    "He won on Jeopardy! twice. The Jeopardy! Masters came later. Stop! Who goes there? Oh! what a night."
)


def split(text: str, names: PunctuatedNames = PunctuatedNames()) -> list[str]:  # noqa: B008  (frozen)
    return [text[s.start : s.end] for s in split_into_sentences(text, Span(0, len(text)), names)]


def test_names_with_a_mark_are_learnt_from_the_collection() -> None:
    """Inside sentences that go on, twice at least; an exclamation is no name."""
    names = PunctuatedNames.learn_from([WITH_NAMES, "A host of Jeopardy! retired."])
    assert names.known == {"Yahoo!", "Jeopardy!"}


def test_one_sighting_teaches_nothing() -> None:
    """One is chance."""
    assert PunctuatedNames.learn_from(["We met at the Yahoo! portal."]).known == frozenset()


def test_a_name_does_not_end_a_sentence() -> None:
    """Neither before a small letter nor before the rest of a title; before a new sentence it does."""
    names = PunctuatedNames(frozenset({"Jeopardy!"}))
    assert split("The Jeopardy! Masters came. They won Jeopardy! It was late.", names) == [
        "The Jeopardy! Masters came.",
        "They won Jeopardy!",
        "It was late.",
    ]


def test_real_exclamations_and_questions_still_end_sentences() -> None:
    """Knowing names changes nothing about other words."""
    assert split("Stop! Who goes there? Nobody.", PunctuatedNames(frozenset({"Yahoo!"}))) == [
        "Stop!",
        "Who goes there?",
        "Nobody.",
    ]


def test_an_enumeration_is_no_sentence() -> None:
    """A number with a dot belongs to what it numbers."""
    assert split("1. Wash the rice. 2. Boil it.") == ["1. Wash the rice.", "2. Boil it."]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("これは文です。二つ目の文！", 2),
        ("第一句。第二句！", 2),
        ("مرحبا. كيف حالك؟", 2),
        ("Dr. Smith left. He was ill.", 2),
    ],
)
def test_other_scripts_and_abbreviations(text: str, count: int) -> None:
    """Chinese, Japanese and Arabic marks end sentences, a title's dot does not."""
    assert len(split(text)) == count


@given(st.text(max_size=300), st.integers(0, 20), st.integers(0, 20))
def test_sentences_cover_everything_but_white_space(text: str, before: int, after: int) -> None:
    """In order, apart, trimmed, inside the span they were asked for."""
    span = Span(min(before, len(text)), max(min(before, len(text)), len(text) - after))
    covered = ""
    done = span.start
    for found in split_into_sentences(text, span, PunctuatedNames()):
        assert not text[done : found.start].strip()
        assert text[found.start : found.end].strip() == text[found.start : found.end] != ""
        covered += text[found.start : found.end]
        done = found.end
    assert not text[done : span.end].strip()


@given(st.text(max_size=50))
def test_trimming_is_stripping(text: str) -> None:
    """The span of ``str.strip``."""
    span = strip_span(text, Span(0, len(text)))
    assert text[span.start : span.end] == text.strip()


@pytest.mark.parametrize("after", [" portal", ", it is said", "'s staff", "; then", ") was"])
def test_a_name_is_learnt_from_whatever_goes_on_behind_it(after: str) -> None:
    """A small letter, a comma, a possessive: no sentence begins so."""
    text = f"We know the Yahoo!{after} well. "
    assert PunctuatedNames.learn_from([text, text]).known == {"Yahoo!"}


@pytest.mark.parametrize(
    "text", ["He shouted Stop! They ran. ", "Oh! what a night. ", "STOP! he cried. ", "We won! and how. "]
)
def test_an_exclamation_is_never_learnt(text: str) -> None:
    """However often it stands there: nothing says that it is a name."""
    assert PunctuatedNames.learn_from([text] * 5).known == frozenset()


def test_a_name_in_quotation_marks_ends_no_sentence_either() -> None:
    """It may be quoted wherever it stands."""
    assert split('She read "Blame! It fell.', PunctuatedNames(frozenset({"Blame!"}))) == [
        'She read "Blame!',
        "It fell.",
    ]
    assert len(split("She read “Blame! Academy” twice.", PunctuatedNames(frozenset({"Blame!"})))) == 1


def test_learning_takes_no_time() -> None:
    """It is linear in texts of capitals and apostrophes, too, where it once grew with the square."""
    started = process_time()
    assert PunctuatedNames.learn_from(["A'" * 100_000, "A" * 200_000]).known == frozenset()
    assert process_time() - started < 5

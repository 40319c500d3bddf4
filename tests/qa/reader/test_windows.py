"""Texts longer than the reader's window."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Span
from qa.reader.ctranslate2 import TOKENIZER
from qa.reader.pairs import MAX_TOKENS, PairTokenizer
from qa.reader.reader import SHIPPED
from qa.reader.windows import OVERLAP, split_into_windows

PAIRS = PairTokenizer(SHIPPED / TOKENIZER)
SENTENCES = [f"Train number {n} leaves for Kyoto at noon on every day but one." for n in range(60)]


def split(text: str, room: int) -> list[Span]:
    return split_into_windows(text, room, PAIRS)


def count_tokens(text: str) -> int:
    return sum(tokens for _, tokens in PAIRS.count_word_tokens(text))


def test_a_text_that_fits_is_one_window() -> None:
    """As it is, white space included; an empty one too."""
    assert split("  Ann Lee made it.\n", 100) == [Span(0, 19)]
    assert split("", 100) == [Span(0, 0)]


def test_windows_are_whole_sentences_and_overlap() -> None:
    """Each begins with the last sentences of the one before, and all sentences are in one."""
    text = " ".join(SENTENCES)
    spans = split(text, 120)
    found = [text[span.start : span.end] for span in spans]
    assert len(found) > 5
    assert all(count_tokens(window) <= 120 for window in found)
    assert all(window.startswith("Train number") and window.endswith("one.") for window in found)
    for before, after in pairwise(spans):
        shared = text[after.start : before.end]
        assert shared.startswith("Train number")
        assert count_tokens(shared) <= 120 * OVERLAP
    assert {sentence for sentence in SENTENCES if any(sentence in window for window in found)} == set(SENTENCES)


def test_a_sentence_that_is_too_long_is_cut_between_words() -> None:
    """No word is cut, and every word is in a window together with some of the words before and after it."""
    words = [f"word{n}" for n in range(900)]
    text = " ".join(words)
    found = [text[span.start : span.end].split() for span in split(text, 100)]
    assert all(set(window) <= set(words) for window in found)
    assert {word for window in found for word in window} == set(words)
    assert all(set(a) & set(b) for a, b in pairwise(found))


def test_what_is_repeated_makes_room_for_a_long_sentence() -> None:
    """A sentence that fills a window is in one, with as many sentences before it as fit."""
    short, long = "Tea is hot now.", f"{'Tea ' * 35}is hot."
    text = " ".join([short] * 12 + [long] + [short] * 12)
    found = [text[span.start : span.end] for span in split(text, 40)]
    assert any(window == long for window in found)
    assert sum(window.count(short) for window in found) >= 24


def test_the_room_is_what_question_and_context_leave() -> None:
    """A window of exactly that many tokens is read to its end."""
    question, context, text = "Who made it? " * 40, "Film " * 50, "made " * 400
    room = PAIRS.count_room(question, context)
    assert room == MAX_TOKENS - 3 - 96 - 32
    for span in split(text, room):
        words = text[span.start : span.end]
        (pair,) = PAIRS.encode_pairs(question, [(context, words)])
        assert len(pair.offsets) == count_tokens(words)


@given(st.text(max_size=400), st.integers(1, 40))
def test_no_word_is_left_out_of_any_text(text: str, room: int) -> None:
    """Whatever the text: windows in order, within it, that hold every character but white space."""
    spans = split(text, room)
    assert [(s.start, s.end) for s in spans] == sorted((s.start, s.end) for s in spans)
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)
    covered = {place for span in spans for place in range(span.start, span.end)}
    assert all(text[place].isspace() for place in set(range(len(text))) - covered)


@given(
    st.lists(st.sampled_from(["Tea.", "Is it?", "no", "42", "Kyoto,", "déjà", "水", "\n\n", "antidisestablish"])),
    st.integers(10, 40),
)
def test_a_window_is_never_longer_than_the_room(words: list[str], room: int) -> None:
    """Words of one to several tokens, in any order."""
    text = " ".join(words)
    assert all(count_tokens(text[span.start : span.end]) <= room for span in split(text, room))


@pytest.mark.parametrize("text", ["x" * 5000, "水" * 2000, "e\u0301" * 1500])
def test_a_text_without_spaces_is_read_in_time(text: str) -> None:
    """One long word is one token, and scripts without spaces are cut at their characters."""
    assert all(count_tokens(text[s.start : s.end]) <= 60 for s in split(text, 60))

"""Text is split into sentences."""

from collections import Counter
from pathlib import Path
from time import process_time

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from index.text import sentences
from index.text.sentences import MAX_WINDOW_CHARS, PunctuatedNames, detect_language, split_into_sentences, strip_span
from index.types import Span

HANDBOOKS = sorted((Path(__file__).parents[3] / "benchmarks/training/handbooks/documents").glob("*.txt"))
WITH_NAMES = (
    "Everybody at the Yahoo! portal knew it. The staff of Yahoo!, it is said, slept there. "
    "He won on Jeopardy! twice. The Jeopardy! Masters came later. Stop! Who goes there? Oh! what a night."
)


def split(text: str, names: PunctuatedNames = PunctuatedNames()) -> list[str]:  # noqa: B008  (frozen)
    return [text[s.start : s.end] for s in split_into_sentences(text, Span(0, len(text)), names)]


def test_names_with_a_mark_are_learned_from_the_collection() -> None:
    """They occur at least twice inside sentences that go on; an exclamation is not a name."""
    names = PunctuatedNames.learn_from([WITH_NAMES, "A host of Jeopardy! retired."])
    assert names.known == {"Yahoo!", "Jeopardy!"}


def test_one_occurrence_teaches_nothing() -> None:
    """One may be chance."""
    assert PunctuatedNames.learn_from(["We met at the Yahoo! portal."]).known == frozenset()


def test_a_name_does_not_end_a_sentence() -> None:
    """Not before a lower-case letter or the rest of a title, only before a new sentence."""
    names = PunctuatedNames(frozenset({"Jeopardy!"}))
    assert split("The Jeopardy! Masters came. They won Jeopardy! It was late.", names) == [
        "The Jeopardy! Masters came.",
        "They won Jeopardy!",
        "It was late.",
    ]


def test_real_exclamations_and_questions_still_end_sentences() -> None:
    """Known names change nothing for other words."""
    assert split("Stop! Who goes there? Nobody.", PunctuatedNames(frozenset({"Yahoo!"}))) == [
        "Stop!",
        "Who goes there?",
        "Nobody.",
    ]


def test_an_enumeration_is_not_a_sentence() -> None:
    """A number with a full stop belongs to what it numbers."""
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
    """Chinese, Japanese and Arabic marks end sentences, the full stop of a title does not."""
    assert len(split(text)) == count


@given(st.text(max_size=300), st.integers(0, 20), st.integers(0, 20))
def test_sentences_cover_everything_but_white_space(text: str, before: int, after: int) -> None:
    """They are in order inside the span, do not overlap, and have no white space around them."""
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
def test_stripping_a_span_is_stripping_its_text(text: str) -> None:
    """The span is that of ``str.strip``."""
    span = strip_span(text, Span(0, len(text)))
    assert text[span.start : span.end] == text.strip()


@pytest.mark.parametrize("after", [" portal", ", it is said", "'s staff", "; then", ") was"])
def test_a_name_is_learned_from_what_follows_it(after: str) -> None:
    """No sentence begins with a lower-case letter, a comma or a possessive."""
    text = f"We know the Yahoo!{after} well. "
    assert PunctuatedNames.learn_from([text, text]).known == {"Yahoo!"}


@pytest.mark.parametrize(
    "text", ["He shouted Stop! They ran. ", "Oh! what a night. ", "STOP! he cried. ", "We won! and how. "]
)
def test_an_exclamation_is_never_learned(text: str) -> None:
    """However often it occurs, nothing shows that it is a name."""
    assert PunctuatedNames.learn_from([text] * 5).known == frozenset()


def test_a_quoted_name_ends_no_sentence_either() -> None:
    """A name is recognized after an opening quotation mark."""
    assert split('She read "Blame! It fell.', PunctuatedNames(frozenset({"Blame!"}))) == [
        'She read "Blame!',
        "It fell.",
    ]
    assert len(split("She read “Blame! Academy” twice.", PunctuatedNames(frozenset({"Blame!"})))) == 1


def test_learning_takes_linear_time() -> None:
    """Texts of capitals and apostrophes, for which it was quadratic once, would take an hour otherwise."""
    assert PunctuatedNames.learn_from(["A'" * 100_000, "A" * 200_000]).known == frozenset()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("123456. Wash it. Boil it.", ["123456. Wash it.", "Boil it."]),
        ("1234567. Wash it. Boil it.", ["1234567.", "Wash it.", "Boil it."]),
        ("1.\n\nWash it.", ["1.", "Wash it."]),
        ("Did it work? ) He left. So.", ["Did it work? ) He left.", "So."]),
        ("He saw it. : then", ["He saw it. : then"]),
        ("Stop! and go. Next.", ["Stop! and go.", "Next."]),
    ],
)
def test_wrong_cuts_are_undone(text: str, sentences: list[str]) -> None:
    """After a short number, before a mark that closes, and before a lower-case letter, but never at an empty line."""
    assert split(text) == sentences


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("これは文です。", "", "ja"),
        ("これは Python です。", "", "ja"),
        ("The word これ means this, as everybody knows.", "", "en"),
        ("第一句。", "", "zh"),
        ("漢字 is two.", "", "en"),
        ("漢字 abc", "", "zh"),
        ("Der Fluss.", "", "en"),
        ("Der Fluss.", "de-AT", "de"),
        ("これは文です。", "EN", "en"),
    ],
)
def test_the_language_of_a_text(text: str, declared: str, language: str) -> None:
    """The declared language counts, else the script of most letters, else it is English."""
    assert detect_language(text, declared) == language


def test_a_long_paragraph_is_split_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentencex never gets more than one window, and all windows together are at most twice the text."""
    lengths: list[int] = []
    whole = sentences.segment

    def segment(language: str, text: str) -> list[str]:
        lengths.append(len(text))
        return list(whole(language, text))

    monkeypatch.setattr(sentences, "segment", segment)
    for text in ("“ " * 100_000, "One. " * 40_000, "a" * 200_000, "A. " + "b " * 100_000):
        lengths.clear()
        split(text)
        assert max(lengths) <= MAX_WINDOW_CHARS
        assert sum(lengths) <= 2 * len(text) + MAX_WINDOW_CHARS


def test_windows_give_the_sentences_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nearly every sentence of a long paragraph is the same as if it were split at once."""
    text = " ".join(" ".join(path.read_text(encoding="utf-8").split()) for path in HANDBOOKS)
    assert len(text) > 5 * MAX_WINDOW_CHARS
    windows = set(split_into_sentences(text, Span(0, len(text)), PunctuatedNames()))
    monkeypatch.setattr(sentences, "MAX_WINDOW_CHARS", len(text))
    whole = set(split_into_sentences(text, Span(0, len(text)), PunctuatedNames()))
    assert len(windows & whole) > 0.98 * len(whole)


def test_a_sentence_that_grows_is_not_read_again() -> None:
    """Thousands of cuts that are undone one after the other take no longer than as many that are kept."""
    text = "The Jeopardy! Masters " * 100_000
    started = process_time()
    assert len(split(text, PunctuatedNames(frozenset({"Jeopardy!"})))) == 1
    assert process_time() - started < 4


@pytest.mark.parametrize("space", ["\xa0", "\u2003", " \u202f", "\u3000 \xa0"])
def test_a_wide_space_may_be_between_a_capital_and_a_full_stop(space: str) -> None:
    """Sentencex counts it as one byte, and fails."""
    assert "".join(split(f"We sat in room B{space}. It was late.")) == f"We sat in room B{space}.It was late."


def test_empty_lines_shift_nothing() -> None:
    """Sentencex leaves some of them out of a text of more than 10 KB."""
    assert split("He left. She came.\n\n" * 1_000) == ["He left.", "She came."] * 1_000


@given(
    st.lists(st.sampled_from(["Yahoo!", "A'b?", "Ann", "a", "the,", " ", " ", "\n", "'s", ")", ".", "!"])).map("".join)
)
def test_names_are_those_that_reading_forwards_finds(text: str) -> None:
    """Though each is read backwards from its mark."""
    names: Counter[str] = Counter()
    for name in regex.finditer(r"(?<=\s)\p{Lu}[\p{L}\p{N}'’-]*[!?]", text):
        before, after = text[max(0, name.start() - 3) : name.start()], text[name.end() : name.end() + 3]
        if sentences.MID_SENTENCE.search(before) and sentences.CONTINUATION.match(after):
            names[name.group()] += 1
    assert sentences.count_marked_names([text]) == names


def test_windows_leave_no_gap() -> None:
    """The sentences of a paragraph of any length cover it but for white space."""
    text = "Is it? “No”, she said. " * 5_000
    found = split_into_sentences(text, Span(0, len(text)), PunctuatedNames())
    assert " ".join(text[span.start : span.end] for span in found) == text.strip()

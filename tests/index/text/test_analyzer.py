"""Text becomes terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.analyzer import STEMMERS, Analyzer, count_words, fold_text, split_into_words

ANALYZER = Analyzer()


@given(st.text(st.characters(max_codepoint=127) | st.sampled_from("ab'-’ B"), max_size=60))
def test_the_fast_path_for_ascii_gives_the_same_words(text: str) -> None:
    """An ASCII text has the same words next to a letter of another script, for which the fast path is not taken."""
    assert [word for word in split_into_words(f"{text} \u03b1") if word != "\u03b1"] == list(split_into_words(text))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Shonen", "Shōnen"),
        ("STRASSE", "Straße"),
        ("cafe", "café"),
        ("Aeroskobing", "Ærøskøbing"),
        ("fi", "ﬁ"),
        ("istanbul", "İstanbul"),
    ],
)
def test_what_is_typed_plainly_is_found(typed: str, written: str) -> None:
    """Case, diacritics, ligatures and composed letters do not matter."""
    assert ANALYZER(typed) == ANALYZER(written)


def test_marks_that_are_letters_are_kept() -> None:
    """A voiced kana differs from its voiceless one, and Hindi vowels are kept."""
    assert fold_text("が") != fold_text("か")
    assert fold_text("की") != fold_text("क")


def test_hyphens_give_parts_and_their_join() -> None:
    """A hyphenated word is found by its parts and by the parts joined."""
    assert list(split_into_words("Blu-ray")) == ["blu", "ray", "bluray"]
    assert list(split_into_words("Blu-ray", joined=False)) == ["blu", "ray"]


def test_a_possessive_is_its_owner() -> None:
    """Either apostrophe is accepted."""
    assert list(split_into_words("Killy's")) == list(split_into_words("Killy’s")) == ["killy"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("日本語", ["日本", "本語"]), ("ネ", ["ネ"]), ("ไทย", ["ไท", "ทย"]), ("abc世界x", ["abc", "世界", "x"])],
)
def test_scripts_without_spaces_become_pairs(text: str, words: list[str]) -> None:
    """The pairs overlap, so that any part of a run finds it."""
    assert list(split_into_words(text)) == words


def test_content_terms_are_without_stop_words() -> None:
    """Each term is listed once, in order."""
    assert ANALYZER.content_terms("Who directed the film, and who is the film's director?") == [
        "direct",
        "film",
        "director",
    ]


@pytest.mark.parametrize("language", STEMMERS)
def test_every_stemmer_of_the_setting_works(language: str) -> None:
    """No value of the setting is an error."""
    assert len(Analyzer(language)("one two")) == 2


@given(st.text(max_size=200))
def test_any_text_gives_words_that_fold_to_themselves(text: str) -> None:
    """No text raises an error, and no word is empty."""
    assert all(split_into_words(text))
    assert list(split_into_words(text)) == list(split_into_words(fold_text(text)))


@pytest.mark.parametrize(
    ("typed", "written"),
    [("real", "ℝeal"), ("blame", "𝐁𝐥𝐚𝐦𝐞"), ("netsphere", "Netsphere™"), ("kg", "㎏"), ("tel", "℡")],
)
def test_compatibility_letters_are_letters(typed: str, written: str) -> None:
    """Mathematical letters fold like any other; a trade mark is not a letter."""
    assert list(split_into_words(written)) == [typed]


@pytest.mark.parametrize("language", STEMMERS)
def test_no_stemmer_leaves_a_word_without_a_letter(language: str) -> None:
    """Some stemmers take all of a short word for an ending; such a word is left out."""
    endings = "s es ed ing 's a i y la de en है की ین ها lar ın ς ü ос ий"
    assert all(Analyzer(language)(endings))
    assert all(Analyzer(language).content_terms(endings))


def test_content_terms_are_not_joined() -> None:
    """A question with "Blu-ray" has two terms for it, not three."""
    assert ANALYZER.content_terms("Blu-ray") == ["blu", "ray"]


def test_a_pile_of_accents_takes_linear_time() -> None:
    """Quadratic folding would take hours for a file of accents."""
    assert fold_text("a" + "\u0301" * 200_000) == "a"


def test_words_are_counted_as_they_are_written() -> None:
    """Words are folded and not stemmed, in alphabetical order; numbers are left out."""
    assert count_words(["The Cats sat in 2007.", "Two cats"]) == {"cats": 2, "in": 1, "sat": 1, "the": 1, "two": 1}

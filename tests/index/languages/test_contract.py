"""What holds for the word lists of every language."""

from dataclasses import fields
from itertools import combinations

import pytest

from index.languages import LANGUAGES, Language
from index.languages.types import Grammar
from index.text.analyzer import fold_text

EVERY_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)


@EVERY_LANGUAGE
def test_no_list_is_empty(language: Language) -> None:
    """Each field holds words or a pattern."""
    assert [field.name for field in fields(Language) if not getattr(language, field.name)] == []


@EVERY_LANGUAGE
def test_what_is_compared_with_folded_words_is_folded(language: Language) -> None:
    """Otherwise a word of the list could never be found in a text."""
    grammar = (getattr(language.grammar, field.name) for field in fields(Grammar))
    for words in (language.stop_words, language.question_words, *grammar):
        assert {word for word in words if fold_text(word) != word} == set()


@EVERY_LANGUAGE
def test_a_longer_section_title_comes_before_its_beginning(language: Language) -> None:
    """The first alternative of a pattern wins, so "Video game" would hide "Video games"."""
    pairs = combinations(language.section_titles, 2)
    assert [pair for pair in pairs if pair[1].startswith(f"{pair[0]} ")] == []


@EVERY_LANGUAGE
def test_question_words_are_stop_words(language: Language) -> None:
    """They ask, they do not say what about."""
    assert set(language.question_words) <= language.stop_words


@EVERY_LANGUAGE
def test_courtesies_leave_an_empty_question_alone(language: Language) -> None:
    """The pattern for the beginning matches every text, that for the end needs a courtesy."""
    assert language.polite_opening.match("")
    assert language.polite_ending.search("") is None

"""The texts of the interface: every language has all of them, with the same values."""

from string import Formatter

import pytest

from qa.messages import ENGLISH, LANGUAGES, load_messages
from qa.messages.catalog import Text

OTHERS = [code for code in LANGUAGES if code != "en"]


def list_values(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def list_forms(text: Text) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


@pytest.mark.parametrize("code", OTHERS)
def test_every_language_has_every_text_with_its_values(code: str) -> None:
    """The same tables and keys, in the same order, and in each text the same values in braces."""
    tables = load_messages(code).tables
    assert {name: list(table) for name, table in tables.items()} == {
        name: list(table) for name, table in ENGLISH.tables.items()
    }
    for name, table in ENGLISH.tables.items():
        for key, text in table.items():
            other = tables[name][key]
            assert isinstance(other, str) == isinstance(text, str), f"{name}.{key}"
            wanted = list_values(list_forms(text)[-1])
            assert all(list_values(form) == wanted for form in list_forms(other)), f"{name}.{key}"
            assert all(form.strip() == form and form for form in list_forms(other)), f"{name}.{key}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_plural_forms_are_those_of_the_language(code: str) -> None:
    """No number of up to a thousand lacks its form, and there is no form that no number has."""
    messages = load_messages(code)
    forms = {messages.locale.plural_form(number) for number in range(1001)}
    for table in messages.tables.values():
        assert all(text.keys() == forms for text in table.values() if not isinstance(text, str))


@pytest.mark.parametrize(
    ("code", "documents", "percent", "day"),
    [
        ("en", "1,200 documents", "79%", "Mar 4, 2021"),
        ("de", "1.200 Dokumente", "79\N{NO-BREAK SPACE}%", "04.03.2021"),
        ("ja", "文書1,200件", "79%", "2021/03/04"),
    ],
)
def test_numbers_and_dates_are_written_as_the_language_does(code: str, documents: str, percent: str, day: str) -> None:
    """Thousands, per cents and days."""
    messages = load_messages(code)
    assert messages("count.documents", count=1200) == documents
    assert messages.format_percent(0.79) == percent
    assert messages.format_date("2021-03-04T10:00:00Z") == day
    assert messages.format_date("some day") == "some day"


@pytest.mark.parametrize(
    ("code", "name"),
    [("en", "Englisch"), ("pt-BR", "Portugiesisch (Brasilien)"), ("und", "und"), ("eng", "eng"), ("x_y", "x_y")],
)
def test_languages_are_named_and_never_guessed(code: str, name: str) -> None:
    """A code that is no language is shown as it is."""
    assert load_messages("de").name_language(code) == name


def test_a_text_that_is_missing_is_an_error() -> None:
    """A template that misspells a name fails in its test, and does not show an empty place."""
    with pytest.raises(KeyError):
        ENGLISH("answer.nothing")
    assert ENGLISH.get("error.nothing", "Title of the problem") == "Title of the problem"

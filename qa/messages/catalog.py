"""Catalogs of texts: ``<language>.toml`` beside this module, with numbers and dates as the language writes them.

A text is named by its table and its key, ``answer.copy``, and may hold values in braces. One that depends on a number
is a table of its plural forms as CLDR names them, ``one`` and ``other``. A new language is a new file.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, cached_property
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel import Locale

FOLDER = Path(__file__).parent
DEFAULT = "en"
# The codes of all catalogs, the default one first.
LANGUAGES = tuple(sorted((path.stem for path in FOLDER.glob("*.toml")), key=lambda code: (code != DEFAULT, code)))
Text = str | Mapping[str, str]


class Messages:
    """The texts of one language; an instance is called with the name of a text and the values it needs."""

    def __init__(self, language: str, tables: Mapping[str, Mapping[str, Text]]) -> None:
        """Keep the tables of the catalog of a language."""
        self.language, self.tables = language, tables

    def __call__(self, name: str, /, count: int | None = None, **values: object) -> str:
        """Return a text with its values; ``count`` chooses the plural form, and whole numbers get separators.

        Raises KeyError if there is no such text or a value is missing.
        """
        table, _, key = name.partition(".")
        text = self.tables[table][key]
        if not isinstance(text, str):
            text = text[self.locale.plural_form(count or 0)]
        given = values if count is None else values | {"count": count}
        return text.format_map({key: self._format(value) for key, value in given.items()}) if given else text

    def get(self, name: str, otherwise: str) -> str:
        """Return a text without values, or ``otherwise`` if there is none of this name."""
        table, _, key = name.partition(".")
        text = self.tables[table].get(key)
        return text if isinstance(text, str) else otherwise

    def select(self, names: Iterable[str]) -> dict[str, Mapping[str, Text]]:
        """Return tables by their names, as a script of a page gets them, with their braces."""
        return {name: self.tables[name] for name in names}

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``, as HTML names it."""
        return self.locale.text_direction

    @cached_property
    def locale(self) -> "Locale":
        """The conventions of the language, from CLDR."""
        # Late: a terminal that shows no number does without it.
        from babel import Locale

        return Locale.parse(self.language)

    def format_number(self, number: int) -> str:
        """Return a whole number with the separators of the language."""
        from babel.numbers import format_decimal

        return format_decimal(number, locale=self.locale)

    def format_percent(self, probability: float) -> str:
        """Return a probability in per cent, rounded as JavaScript rounds the one in the JSON of the answer."""
        from babel.numbers import format_percent

        return format_percent(floor(round(probability, 4) * 100 + 0.5) / 100, locale=self.locale)

    def format_date(self, iso: str) -> str:
        """Return the day of an ISO 8601 date or time in words; what is none, as it is."""
        from babel.dates import format_date

        try:
            return format_date(date.fromisoformat(iso[:10]), locale=self.locale)
        except ValueError:
            return iso

    def name_language(self, code: str) -> str:
        """Return the name of a language in this one, ``German``; the code if it is unknown."""
        from babel import Locale, UnknownLocaleError

        try:
            return Locale.parse(code, sep="-", resolve_likely_subtags=False).get_display_name(self.locale) or code
        except (UnknownLocaleError, ValueError):
            return code

    def _format(self, value: object) -> object:
        return self.format_number(value) if isinstance(value, int) else value


@cache
def load_messages(language: str = DEFAULT) -> Messages:
    """Return the texts of a language that has a catalog."""
    tables = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    return Messages(language, tables)


ENGLISH = load_messages()

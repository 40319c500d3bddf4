"""One module per language with all its word lists, and the table of them.

A new language is one module that makes a ``Language``, and one line in the table.
"""

from collections.abc import Mapping

from index.languages.en import ENGLISH
from index.languages.types import Language

__all__ = ["ENGLISH", "LANGUAGES", "Language"]

# By ISO 639-1 code. English applies to every text and question; only what is read is chosen by language.
LANGUAGES: Mapping[str, Language] = {"en": ENGLISH}

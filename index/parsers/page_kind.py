"""What a page is: one with text, a blank one, a picture of text, or text in characters that mean nothing."""

from collections.abc import Sequence
from enum import StrEnum
from unicodedata import category

from index.parsers.page_layout import TextBox
from index.parsers.pdf_file import PageContent

# A font without a character map gives characters that are no characters, or others than it draws.
MEANINGLESS = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
MAX_MEANINGLESS_SHARE = 0.25
# Even a page of figures and formulas consists of letters and digits in this share.
MIN_WORD_SHARE = 0.3
# Fewer characters say nothing.
MIN_CHARS = 40


class PageKind(StrEnum):
    """How a page of a file can be read."""

    TEXT = "text"
    BLANK = "blank"
    SCANNED = "scanned"
    GARBLED = "garbled"
    DAMAGED = "damaged"
    OCR = "ocr"


def find_kind(content: PageContent | None, lines: Sequence[TextBox]) -> PageKind:
    """Return the kind of a page from what is on it, and from its lines without running heads."""
    if content is None:
        return PageKind.DAMAGED
    if not lines:
        return PageKind.SCANNED if content.has_picture else PageKind.BLANK
    return PageKind.GARBLED if is_garbled("".join(line.text for line in lines)) else PageKind.TEXT


def is_garbled(text: str) -> bool:
    """Return whether a text consists of characters that mean nothing."""
    characters = [character for character in text if not character.isspace()]
    if len(characters) < MIN_CHARS:
        return False
    meaningless = sum(character == "\ufffd" or category(character) in MEANINGLESS for character in characters)
    # Marks belong to the letters of many scripts.
    words = sum(character.isalnum() or category(character)[0] == "M" for character in characters)
    return meaningless > MAX_MEANINGLESS_SHARE * len(characters) or words < MIN_WORD_SHARE * len(characters)

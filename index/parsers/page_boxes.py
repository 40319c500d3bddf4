"""Where words of a document's text are on a page: the same letters are looked for among the characters of PDFium.

The text has other white space than the page, no hyphens at the ends of lines and no running heads, so only letters and
digits are compared, both in reading order. Words that are not found, or are found at several places that look the same,
have no boxes: none is better than a wrong one. The lines of filled fields have those of their fields.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from index.parsers.page_fields import find_new_fields, locate_fields
from index.parsers.page_layout import order_columns
from index.parsers.pdf_fields import FormField
from index.parsers.pdf_file import LINE_HYPHEN, Character, TextPiece
from index.types import Span

# Letters before and after the words that are compared to tell equal words apart.
MAX_CONTEXT = 300
# Letters of the words and their context that must agree, or all of the page's, so that "in" is not found by chance.
MIN_AGREEMENT = 12
# The text has the whole word at the end of a page, and the page only its beginning.
MAX_TORN_LETTERS = 40
# Of a point, far less than a pixel.
DIGITS = 2
# PDFium may give a character beyond these as two.
LAST_CODE = 0xFFFF


@dataclass(frozen=True, slots=True)
class PageBox:
    """The rectangle of words on one line, in points from the upper left corner; they belong to ``[start, end)``."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class _PageText:
    """The characters of a page in reading order, each with the number of its piece, and the letters among them.

    ``places`` has the index of the character of each letter.
    """

    characters: list[tuple[int, Character]]
    letters: str
    places: list[int]


def find_boxes(
    pieces: Sequence[TextPiece], text: str, spans: Sequence[Span], fields: Sequence[FormField] = ()
) -> list[PageBox]:
    """Return the rectangles of each span of ``text``, which is all that the document's text has of the page.

    There is one for each line, or each part of it that wide space separates; ligatures are covered whole. ``fields``:
    the filled fields of the page.
    """
    located = locate_fields(text, find_new_fields(fields, [piece.box for piece in pieces]))
    body = text[: located[0][0].start] if located else text
    page = _read_page_text(pieces)
    return [box for span in spans for box in (*_find_span(page, body, span), *_find_lines(located, span))]


def _find_lines(located: Sequence[tuple[Span, FormField]], span: Span) -> Iterator[PageBox]:
    """Yield the rectangle of each field whose line, which is not on the page as text, has words of a span."""
    for line, field in located:
        if line.start < span.end and span.start < line.end:
            sides = field.left, field.top, field.right, field.bottom
            yield PageBox(span.start, span.end, *(round(side, DIGITS) for side in sides))


def _read_page_text(pieces: Sequence[TextPiece]) -> _PageText:
    by_box = {id(piece.box): piece for piece in pieces}
    ordered = [by_box[id(box)] for box in order_columns([piece.box for piece in pieces])]
    characters = [(number, one) for number, piece in enumerate(ordered) for one in piece.characters]
    found = [(letter, place) for place, (_, one) in enumerate(characters) for letter in _keep_letters(one.text)]
    return _PageText(characters, "".join(letter for letter, _ in found), [place for _, place in found])


def _keep_letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalnum() and ord(sign) <= LAST_CODE)


def _find_span(page: _PageText, text: str, span: Span) -> Iterator[PageBox]:
    """Yield the rectangles of a span, none if it cannot be found."""
    before, words, after = (
        _keep_letters(part) for part in (text[: span.start], text[span.start : span.end], text[span.end :])
    )
    found = _find_letters(page.letters, before[-MAX_CONTEXT:], words, after[:MAX_CONTEXT])
    if found is None:
        return
    first, last = page.places[found.start], page.places[found.end - 1]
    quote = "".join(text[span.start : span.end].split())
    lead = "".join(takewhile(lambda sign: not _keep_letters(sign), quote))
    tail = "".join(takewhile(lambda sign: not _keep_letters(sign), reversed(quote)))
    first, last = _widen(page, first, lead[::-1], -1), _widen(page, last, tail[::-1], 1)
    for _, line in groupby(page.characters[first : last + 1], key=lambda one: one[0]):
        drawn = [one for _, one in line if one.text != " "]
        if drawn:
            yield _enclose(span, drawn)


def _find_letters(letters: str, before: str, words: str, after: str) -> Span | None:
    """Return where the words are among the letters of a page, or None."""
    for torn in range(1 if after else min(MAX_TORN_LETTERS, len(words))):
        sought = words[: len(words) - torn]
        places = list(_find_all(letters, sought))
        if not places:
            continue
        agreements = [
            _count_common(letters[max(place - len(before), 0) : place][::-1], before[::-1])
            + _count_common(letters[place + len(sought) : place + len(sought) + len(after)], after)
            for place in places
        ]
        best = max(agreements)
        is_sure = len(sought) + best >= min(MIN_AGREEMENT, len(before) + len(sought) + len(after))
        place = places[agreements.index(best)]
        return Span(place, place + len(sought)) if is_sure and agreements.count(best) == 1 else None
    return None


def _find_all(letters: str, sought: str) -> Iterator[int]:
    place = letters.find(sought) if sought else -1
    while place >= 0:
        yield place
        place = letters.find(sought, place + 1)


def _count_common(first: str, second: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def _widen(page: _PageText, place: int, signs: str, step: int) -> int:
    """Return the place of the last of the ``signs``, such as a full stop, that follow a letter in one direction."""
    end = place
    for sign in signs:
        place = end + step
        while 0 <= place < len(page.characters) and page.characters[place][1].text == " ":
            place += step
        if not 0 <= place < len(page.characters):
            break
        if page.characters[place][1].text.replace(LINE_HYPHEN, "-") != sign:
            break
        end = place
    return end


def _enclose(span: Span, drawn: Sequence[Character]) -> PageBox:
    left, top = min(one.left for one in drawn), min(one.top for one in drawn)
    right, bottom = max(one.right for one in drawn), max(one.bottom for one in drawn)
    return PageBox(span.start, span.end, *(round(place, DIGITS) for place in (left, top, right, bottom)))

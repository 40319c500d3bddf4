"""The filled fields of forms in the text of pages: a line for each after the other text, "Name: Ann Lee"."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import regex

from index.parsers.page_layout import TextBox
from index.parsers.page_text import PARAGRAPH, PageTexts
from index.parsers.pdf_fields import FormField
from index.types import Heading, Span

# Fields within this many points from each other are on one line.
TOLERANCE = 5.0
WORD = regex.compile(r"\w+")


def describe_field(field: FormField) -> str:
    """Return the line of a field."""
    label = field.label.rstrip(": ")
    return f"{label}: {field.value}" if label else field.value


def find_new_fields(fields: Sequence[FormField], boxes: Sequence[TextBox]) -> list[FormField]:
    """Return the fields that a page's text does not say already, from the top, none twice."""
    words = _find_words(box.text for box in boxes)
    ordered = sorted(fields, key=lambda field: (round(field.top / TOLERANCE), field.left))
    by_line: dict[str, FormField] = {}
    for field in ordered:
        if not _is_drawn(field, boxes, words):
            by_line.setdefault(describe_field(field), field)
    return list(by_line.values())


def _is_drawn(field: FormField, boxes: Sequence[TextBox], words: str) -> bool:
    """Return whether the page's text has the value at the place of the field, or its line anywhere.

    Buttons are never: beside them is what may be chosen, whether it is chosen or not.
    """
    if field.is_button:
        return False
    here = [
        box.text
        for box in boxes
        # A line above or below may touch the field, and its number may be the value.
        if box.left < field.right and field.left < box.right and field.top < (box.top + box.bottom) / 2 < field.bottom
    ]
    value = _find_words([field.value])
    return bool(value.strip()) and (value in _find_words(here) or _find_words([describe_field(field)]) in words)


def _find_words(texts: Iterable[str]) -> str:
    """Return the words of texts, each between spaces, so that one text can be looked for in another."""
    return f" {' '.join(word for text in texts for word in WORD.findall(text))} "


def append_fields(pages: PageTexts, fields: Sequence[Sequence[FormField]]) -> PageTexts:
    """Return the texts of pages with a line for each field of each page after its other text."""
    if not any(fields):
        return pages
    result = PageTexts()
    texts, length = [], 0
    for number, (start, end) in enumerate(pairwise([*pages.starts, len(pages.text) + len(PARAGRAPH)])):
        body = pages.text[start : end - len(PARAGRAPH)]
        text = PARAGRAPH.join(filter(None, [body, *map(describe_field, fields[number])]))
        result.starts.append(length)
        result.headings += [
            Heading(one.start - start + length, one.end - start + length, one.level)
            for one in pages.headings
            if start <= one.start < end
        ]
        texts.append(text)
        length += len(text) + len(PARAGRAPH)
    result.text = PARAGRAPH.join(texts)
    return result


def locate_fields(text: str, fields: Sequence[FormField]) -> list[tuple[Span, FormField]]:
    """Return where the lines of fields are in the text of their page, in order; those that are not there are left out.

    ``fields``: as ``find_new_fields`` returns them.
    """
    located: list[tuple[Span, FormField]] = []
    end = len(text.rstrip())
    for field in reversed(fields):
        line = describe_field(field)
        start = end - len(line)
        if start >= 0 and text.endswith(line, 0, end) and (start == 0 or text.endswith(PARAGRAPH, 0, start)):
            located.append((Span(start, end), field))
            end = max(start - len(PARAGRAPH), 0)
    return located[::-1]

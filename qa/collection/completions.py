"""Completion of what is being typed by titles of documents and headings, found by scanning one text of all of them.

The text is scanned at the speed of memory, so that no index is needed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from threading import Lock

import numpy as np

from qa.collection.catalog import Catalog

# What is typed is compared from the beginnings of its last words; a title is rarely known by more of them.
MAX_WORDS = 5
# Letters that are typed before anything is proposed: fewer begin too many words. Two Chinese characters are a word.
MIN_LETTERS, MIN_IDEOGRAPHS = 4, 2
# Longer headings are sentences, which nobody completes.
MAX_CHARACTERS = 80
# Of more, those that were indexed first: reading 200,000 takes a second, and scanning them a tenth of one.
MAX_TITLES, MAX_HEADINGS = 200_000, 200_000
# Chinese characters, kana and hangul, which are written without spaces or with few.
IDEOGRAPH = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
START = re.compile(rf"(?<!\S)\S|[{IDEOGRAPH}]")
# A word begins after these, too; they count as spaces.
SEPARATORS = str.maketrans(dict.fromkeys("-(/[\N{LEFT DOUBLE QUOTATION MARK}\"'", " "))
FIRST_IDEOGRAPH = re.compile(rf"[{IDEOGRAPH}]")


class CompletionKind(StrEnum):
    """What a completion is."""

    TITLE = "title"
    HEADING = "heading"


@dataclass(frozen=True, slots=True)
class Completion:
    """A title or a heading, and how many of the last code points of what was typed it stands for."""

    text: str
    kind: CompletionKind
    replaces: int


class Completer:
    """Completes texts by the titles and headings of a collection; they are read when something is first typed."""

    def __init__(self, catalog: Catalog) -> None:
        """Keep the catalog; nothing is read yet."""
        self._catalog, self._lock = catalog, Lock()
        self._lines: _Lines | None = None

    def complete(self, typed: str, limit: int) -> list[Completion]:
        """Return at most ``limit`` completions of the last words of a text, those that fit most words first.

        A title comes before a heading, and one that begins with the words before one that has them inside. While the
        titles are read for somebody else there are none: nobody waits for them.
        """
        lines = self._read_lines()
        if lines is None:
            return []
        found: dict[str, Completion] = {}
        folded = _fold(typed)
        for start in _list_starts(typed):
            tail = _fold(typed[start:])
            for row in lines.find_rows(tail, limit):
                text = lines.texts[row]
                kind = CompletionKind.TITLE if row < lines.titles else CompletionKind.HEADING
                if not folded.endswith(_fold(text)):
                    found.setdefault(text, Completion(text, kind, len(typed) - start))
                if len(found) == limit:
                    return list(found.values())
        return list(found.values())

    def _read_lines(self) -> "_Lines | None":
        if self._lines is None and self._lock.acquire(blocking=False):
            try:
                titles = islice(self._catalog.list_titles(), MAX_TITLES)
                self._lines = self._lines or _Lines(titles, self._catalog.list_headings(MAX_HEADINGS))
            finally:
                self._lock.release()
        return self._lines


class _Lines:
    """Different texts, a line each, in the form in which they are compared; the first ``titles`` are titles."""

    def __init__(self, titles: Iterable[str], headings: Iterable[str]) -> None:
        known = dict.fromkeys(_list_short(titles))
        self.titles = len(known)
        known |= dict.fromkeys(_list_short(headings))
        self.texts = list(known)
        # Each behind a space, as every word.
        folded = [f" {_fold(text)}" for text in self.texts]
        self._folded = "\n".join(["", *folded, ""])
        self._starts = np.cumsum([1, *(len(line) + 1 for line in folded)])

    def find_rows(self, tail: str, limit: int) -> Sequence[int]:
        """Return at most ``limit`` lines that begin with a text, and then those in which a word begins with it."""
        rows = dict.fromkeys(self._find(f"\n {tail}", limit))
        if len(rows) < limit:
            rows |= dict.fromkeys(self._find(tail if FIRST_IDEOGRAPH.match(tail) else f" {tail}", limit))
        return list(rows)[:limit]

    def _find(self, sought: str, limit: int) -> Iterator[int]:
        """Yield the lines of the first ``limit`` places at which a text ends."""
        place = self._folded.find(sought)
        while place >= 0 and limit:
            end = place + len(sought)
            yield int(np.searchsorted(self._starts, end - 1, side="right")) - 1
            place, limit = self._folded.find(sought, end), limit - 1


def _fold(text: str) -> str:
    """Return a text as it is compared: without case, with single spaces."""
    return " ".join(text.casefold().translate(SEPARATORS).split())


def _list_short(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts that may be completions, with single spaces."""
    shown = (" ".join(text.split()) for text in texts)
    return (text for text in shown if 0 < len(text) <= MAX_CHARACTERS)


def _list_starts(typed: str) -> list[int]:
    """Return where the last words of a text begin, first to last, as far as enough follows."""
    starts = [match.start() for match in START.finditer(typed)][-MAX_WORDS:]
    return [start for start in starts if _is_enough(typed[start:].strip())]


def _is_enough(tail: str) -> bool:
    return len(tail) >= (MIN_IDEOGRAPHS if FIRST_IDEOGRAPH.match(tail) else MIN_LETTERS)

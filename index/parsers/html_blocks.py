"""A tree of blocks, as trafilatura makes it of a page, becomes text with headings in it.

Paragraphs are parted by an empty line, list items and table rows by a line break, table
cells by `` | ``. A line break inside a paragraph stays; other white space becomes one blank.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from index.parsers.encoding import repair_surrogates, unify_newlines
from index.types import Heading

SEPARATORS = (" | ", "\n", "\n\n")
"""Weakest first: where two meet, the stronger stands."""

OPENS = {
    "head": "\n\n",
    "p": "\n\n",
    "quote": "\n\n",
    "list": "\n",
    "table": "\n\n",
    "item": "\n",
    "row": "\n",
    "lb": "\n",
    "cell": " | ",
}


class Element(Protocol):
    """As much of an lxml element as is needed."""

    tag: str
    text: str | None
    tail: str | None

    def get(self, key: str) -> str | None:
        """The value of an attribute."""

    def itertext(self) -> Iterable[str]:
        """Every piece of text inside."""

    def __iter__(self) -> "Iterator[Element]":
        """The children."""


@dataclass(frozen=True, slots=True)
class HeadedText:
    """Text and the headings that stand in it."""

    text: str = ""
    headings: tuple[Heading, ...] = ()


def flatten_blocks(body: Element) -> HeadedText:
    """The blocks of the tree in the order of the page."""
    writer = _Writer()
    writer.element(body)
    writer.part(SEPARATORS[-1])
    return HeadedText("".join(writer.pieces), tuple(writer.headings))


class _Writer:
    """Collects the words of a block until the next one begins."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.headings: list[Heading] = []
        self._length = 0
        self._separator = SEPARATORS[0]
        self._words: list[str] = []

    def element(self, element: Element) -> None:
        """What stands in the element; what follows it is its parent's."""
        separator = _opens(element)
        if separator is None:
            self._inside(element)
            return
        self.part(separator)
        whole = _whole(element)
        if whole is None:
            self._inside(element)
        else:
            self._write_whole(whole, element)
        self.part(separator)

    def part(self, separator: str) -> None:
        """Ends the block that is being collected; the next one stands after ``separator``."""
        self._write(_tidy("".join(self._words)))
        self._words.clear()
        self._separator = max(self._separator, separator, key=SEPARATORS.index)

    def _inside(self, element: Element) -> None:
        self._words.append(element.text or "")
        for child in element:
            self.element(child)
            self._words.append(child.tail or "")

    def _write_whole(self, text: str, element: Element) -> None:
        end = self._write(text)
        if text and element.tag == "head":
            self.headings.append(Heading(end - len(text), end, _level(element)))

    def _write(self, text: str) -> int:
        """Where the text written so far ends."""
        if text:
            piece = self._separator + text if self.pieces else text
            self.pieces.append(piece)
            self._length += len(piece)
            self._separator = SEPARATORS[0]
        return self._length


def _opens(element: Element) -> str | None:
    """What parts the element from its neighbours; None for one that stands in a line of text."""
    several_lines = element.tag == "code" and "\n" in "".join(element.itertext()).strip("\n")
    return SEPARATORS[-1] if several_lines else OPENS.get(element.tag)


def _whole(element: Element) -> str | None:
    """The text of an element that is written in one piece, None for one that has parts."""
    if element.tag == "head":
        return " ".join(_clean("".join(element.itertext())).split())
    if element.tag == "cell":
        # Paragraphs in a cell would tear the row apart.
        return " ".join(_clean(" ".join(element.itertext())).split())
    if element.tag == "code":
        return _clean("".join(element.itertext())).strip("\n")
    return None


def _level(head: Element) -> int:
    """The digit of ``rend="h2"``; 1 without one."""
    rend = head.get("rend") or ""
    return int(rend[1]) if rend[1:] in set("123456") else 1


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in _clean(text).split("\n"))
    return "\n".join(line for line in lines if line)


def _clean(text: str) -> str:
    """Character references can smuggle in what decoding has kept out."""
    return unify_newlines(repair_surrogates(text))

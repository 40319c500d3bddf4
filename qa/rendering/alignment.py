"""Where the content of a block is in the source.

markdown-it gives the lines of a block, and its content without the indentation and the marks of the quotations and
lists around it. Each line of the content is the end of its line in the source, so its place can be found and checked.
"""

import re
from itertools import accumulate, pairwise

from index.types import Span
from qa.rendering.source_map import Text

WHITE_SPACE = " \t\n"
# Marks of quotations and items before a row of a table: it is inside of them, so none of them is text of a cell.
CONTAINERS = re.compile(r"[ \t]*(?:(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))[ \t]*)*")


class AlignmentError(Exception):
    """Some content is not where it should be; its block is shown as it was written."""


class SourceLines:
    """A source and where its lines begin."""

    def __init__(self, text: str, offset: int = 0) -> None:
        """Take a text that begins at ``offset`` of the document."""
        self.text, self.offset = text, offset
        self._starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))

    def get_span(self, first: int, last: int) -> Span:
        """Return where in the document the lines ``first`` to ``last - 1`` are, with their line breaks."""
        places = (self._starts[min(line, len(self._starts) - 1)] for line in (first, last))
        return Span(*(self.offset + min(place, len(self.text)) for place in places))

    def get_line(self, number: int) -> tuple[str, int]:
        """Return a line and where in the text it begins."""
        if not 0 <= number < len(self._starts) - 1:
            raise AlignmentError
        start = self._starts[number]
        return self.text[start : self._starts[number + 1] - 1], start


class Content:
    """The content of a block, and for each of its characters the place of the document that it shows."""

    def __init__(self, text: str, places: list[int]) -> None:
        """Take a text and as many places, which never fall."""
        self.text, self.places = text, places

    def make_texts(self, start: int, end: int, shown: str | None = None) -> list[Text]:
        """Return ``text[start:end]``, or as many other characters, cut where they are not neighbours in the source."""
        shown = self.text[start:end] if shown is None else shown
        texts, first = [], start
        for here in range(start + 1, end + 1):
            if here == end or self.places[here] != self.places[here - 1] + 1:
                piece = shown[first - start : here - start]
                texts.append(Text(piece, self.places[first], self.places[here - 1] + 1))
                first = here
        return texts

    def make_whole(self, start: int, end: int, shown: str) -> Text:
        """Return other characters for ``text[start:end]``, marked as a whole."""
        return Text(shown, self.places[start], self.places[end - 1] + 1)


def align_lines(content: str, source: SourceLines, first: int) -> Content:
    """Return the content of the lines from ``first`` on. Raise AlignmentError if it is not there."""
    places: list[int] = []
    for number, line in enumerate(content.split("\n"), first):
        if number > first:
            whole, start = source.get_line(number - 1)
            places.append(start + len(whole) + source.offset)
        # After a last line break comes nothing.
        if line:
            places += _align_line(line, *source.get_line(number), source.offset)
    return Content(content, places)


def _align_line(line: str, whole: str, start: int, offset: int) -> list[int]:
    kept = line.rstrip()
    words = kept.lstrip(" ")
    begin = len(whole.rstrip()) - len(words)
    if begin < 0 or whole[begin : begin + len(words)] != words:
        raise AlignmentError
    indent = len(kept) - len(words)
    # Part of a tab may have become spaces, which then show this tab.
    before = [max(begin - indent + i, begin - 1, 0) if begin < indent else begin - indent + i for i in range(indent)]
    after = [min(begin + len(words) + i, max(len(whole) - 1, 0)) for i in range(len(line) - len(kept))]
    return [start + offset + place for place in (*before, *range(begin, begin + len(words)), *after)]


def align_heading(content: str, marks: str, source: SourceLines, number: int) -> Content:
    """Return the content of a heading after its marks, "##". Raise AlignmentError if it is not there."""
    whole, start = source.get_line(number)
    begin = whole.find(marks) + len(marks)
    first = whole.find(content, begin)
    if first < 0 or whole[begin:first].strip():
        raise AlignmentError
    return Content(content, [start + source.offset + first + i for i in range(len(content))])


def align_cells(cells: list[str], source: SourceLines, number: int, nested: bool) -> list[Content]:
    """Return the contents of the cells of a table's row. Raise AlignmentError if they are not there."""
    whole, start = source.get_line(number)
    match = CONTAINERS.match(whole) if nested else None
    spans = _split_cells(whole, match.end() if match else 0)
    spans += [Span(len(whole), len(whole))] * (len(cells) - len(spans))
    return [
        Content(cell, [start + source.offset + place for place in _align_cell(cell, whole, span)])
        for cell, span in zip(cells, spans, strict=False)
    ]


def _split_cells(whole: str, begin: int) -> list[Span]:
    """Return the cells of a row: what is between its pipes, without the nothing before the first and after the last."""
    end = len(whole.rstrip(WHITE_SPACE))
    begin = min(begin + len(whole[begin:]) - len(whole[begin:].lstrip(WHITE_SPACE)), end)
    pipes = [i for i in range(begin, end) if whole[i] == "|" and whole[i - 1 : i] != "\\"]
    edges = [begin - 1, *pipes, end]
    spans = [Span(left + 1, right) for left, right in pairwise(edges)]
    if spans and spans[0].start == spans[0].end:
        del spans[0]
    if spans and spans[-1].start == spans[-1].end:
        del spans[-1]
    return spans


def _align_cell(cell: str, whole: str, span: Span) -> list[int]:
    """Return the place of each character of a cell; in the source, a pipe has a backslash before it."""
    places = []
    here = span.start
    while here < span.end and whole[here] in WHITE_SPACE:
        here += 1
    for character in cell:
        if character == "|" and whole[here : here + 2] == r"\|":
            here += 1
        if here >= span.end or whole[here] != character:
            raise AlignmentError
        places.append(here)
        here += 1
    if whole[here : span.end].strip():
        raise AlignmentError
    return places

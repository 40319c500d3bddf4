"""Headings, paragraphs and reference tails, recognised where a text shows them.

A document is cut into sections; inside one, nothing is a heading. Three sources of
headings, in this order: those that the format marks, lines that stand like headings, and,
in text that was flattened into one long line, headings run into the sentence after them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from index.languages import ENGLISH
from index.text.sentences import PunctuatedNames, split_into_sentences, strip_span
from index.types import Document, Heading, PassageKind, Span

MAX_HEADING = 90
FLATTENED = 1500
"""Characters without a line break from which on a paragraph is held to be flattened."""

WIDEST_WRAP = 120
"""Longer lines were not wrapped by hand, so each is a paragraph."""
RAGGED = 8
"""Characters by which a wrapped line may fall short beyond what its next word explains."""

NEWLINE = regex.compile(r"\n")
BLANK_BELOW = regex.compile(r"[ \t]*\n[ \t]*\n\s*\S")
BLANK_LINE = regex.compile(r"\n[ \t\f\v]*(?:\n[ \t\f\v]*)+")
LIST_ITEM = regex.compile(r"\n(?=[ \t]*(?:[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z][.)])[ \t]+\S)")
NUMBERED = regex.compile(rf"(?:\d+(?:\.\d+)*\.?|[IVXLC]+\.|(?i:{'|'.join(ENGLISH.section_nouns)})\s+\S{{1,8}})(?:\s|$)")
WIKI = regex.compile(r"(={2,6})\s*\S.*\S?\s*\1$")
WIKI_EDGE = regex.compile(r"\n(?===)|(?<=^={2,6}[^\n=][^\n]*==[ \t]*)\n", regex.MULTILINE)
WORD = regex.compile(r"\S+")
LETTERS = regex.compile(r"\p{L}")
CAPITALISED = regex.compile(r"[\"'“‘(\[]*\p{Lu}")
REPEATED = regex.compile(r"((?:\S+ ){1,9}\S+) \1(?=[\s,.:;(])")
RUN_IN_TITLE = regex.compile(rf"(?:{'|'.join(ENGLISH.section_titles)})(?= \p{{Lu}}| [\"“(]?\p{{Lu}})")
REFERENCE_TITLE = regex.compile("|".join(ENGLISH.reference_titles), regex.IGNORECASE)
CITATION = regex.compile(
    rf"\b(?:{'|'.join(ENGLISH.citation_words)})\b"
    r"|\bdoi\b|\bISBN\b|\bISSN\b|\bPMID\b|\barXiv\b|\bpp?\. ?\d|\bet al\b"
    r"|\bVol\. |https?://|www\.|\((?:[A-Z][a-z]+ )?(?:\d{1,2},? )?(?:1[5-9]|20)\d\d[a-z]?\)|^\^|^\[\d+\]"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stands: its section's heading, paragraph number and kind."""

    span: Span
    heading: Heading | None
    paragraph: int
    kind: PassageKind = PassageKind.BODY


def outline_document(document: Document, names: PunctuatedNames) -> list[Sentence]:
    """Every sentence of the document in order, headings included as sentences of their own."""
    found: list[Sentence] = []
    heading: Heading | None = None
    for number, (span, marked) in enumerate(_blocks(document)):
        if marked:
            heading = marked
            found.append(Sentence(span, marked, number))
            continue
        for sentence in _paragraph(document, span, names):
            if isinstance(sentence, Heading):
                heading = sentence
                found.append(Sentence(Span(sentence.start, sentence.end), sentence, number))
            else:
                found.append(Sentence(sentence, heading, number))
    return _mark_references(document.text, _adopted(found))


def _adopted(found: list[Sentence]) -> list[Sentence]:
    """Headings in a row put under the last of them, so that none is a section without text."""
    for i in range(len(found) - 2, -1, -1):
        this, following = found[i], found[i + 1]
        if is_heading(this) and is_heading(following):
            found[i] = Sentence(this.span, following.heading, following.paragraph)
    return found


def is_heading(sentence: Sentence) -> bool:
    """Whether the sentence is a heading itself, its section's or one just above it."""
    return sentence.heading is not None and sentence.span.start < sentence.heading.end


def strip_heading_marks(text: str, heading: Heading) -> str:
    """The words of a heading without the marks that make it one."""
    return text[heading.start : heading.end].strip("#=*_ \t\n-—").strip()


def _blocks(document: Document) -> Iterator[tuple[Span, Heading | None]]:
    """Paragraphs, list items and headings of the format, in order, trimmed, none empty."""
    text, cursor = document.text, 0
    for heading in [*document.headings, Heading(len(text), len(text), 0)]:
        yield from _paragraphs(document, Span(cursor, heading.start))
        if heading.level:
            yield strip_span(text, Span(heading.start, heading.end)), heading
        cursor = heading.end


def _paragraphs(document: Document, span: Span) -> Iterator[tuple[Span, Heading | None]]:
    """The blocks between blank lines and page ends, each cut where its lines or list items end."""
    text = document.text
    breaks = {m.end() for m in BLANK_LINE.finditer(text, span.start, span.end)}
    breaks |= {page for page in document.pages if span.start < page < span.end}
    for start, end in pairwise([span.start, *sorted(breaks), span.end]):
        lines = _short_line_ends(text, Span(start, end))
        lines |= {m.end() for edge in (LIST_ITEM, WIKI_EDGE) for m in edge.finditer(text, start, end)}
        for first, last in pairwise([start, *sorted(lines), end]):
            block = strip_span(text, Span(first, last))
            if block.start < block.end:
                yield block, None if document.headings else _line_heading(text, block)


def _short_line_ends(text: str, span: Span) -> set[int]:
    """Line breaks that end a paragraph: the line could have held the next line's first word.

    Lines wrapped by hand at one width are thereby kept together, and verses, tables and
    lists of short lines are not.
    """
    starts = [span.start, *(m.end() for m in NEWLINE.finditer(text, span.start, span.end))]
    lines = [strip_span(text, Span(start, end)) for start, end in pairwise([*starts, span.end])]
    width = max(line.end - line.start for line in lines)
    ends = set()
    for (line, following), start in zip(pairwise(lines), starts[1:], strict=True):
        first = WORD.match(text, following.start, following.end)
        room = width - (line.end - line.start)
        if width > WIDEST_WRAP or (first and room > len(first.group()) + RAGGED):
            ends.add(start)
    return ends


def _line_heading(text: str, block: Span) -> Heading | None:
    """The block as a heading, where it is one line that stands like one before more text."""
    line = text[block.start : block.end]
    if "\n" in line or len(line) > MAX_HEADING:
        return None
    if wiki := WIKI.match(line):
        return Heading(block.start, block.end, len(wiki.group(1)))
    alone = BLANK_BELOW.match(text, block.end) is not None
    if alone and line[-1] not in ".!?,;:…。！？" and LETTERS.search(line) and _looks_like_a_title(line):
        return Heading(block.start, block.end)
    return None


def _looks_like_a_title(line: str) -> bool:
    return bool(NUMBERED.match(line)) or line.isupper() or _title_case(line.split())


def _title_case(words: Sequence[str]) -> bool:
    """Whether every word but the small ones has a capital, as in "The Sound of the Sea"."""
    return bool(CAPITALISED.match(words[0])) and all(
        CAPITALISED.match(word) or word.lower() in ENGLISH.small_title_words or not LETTERS.search(word)
        for word in words
    )


def _paragraph(document: Document, block: Span, names: PunctuatedNames) -> Iterator[Span | Heading]:
    """The sentences of one paragraph, each after the headings that were run into it."""
    flattened = block.end - block.start >= FLATTENED and not document.headings
    declared = str(document.metadata.get("language", ""))
    for sentence in split_into_sentences(document.text, block, names, declared):
        rest = sentence
        while flattened and (length := measure_run_in_heading(document.text[rest.start : rest.end])):
            yield Heading(rest.start, rest.start + length, 2)
            rest = strip_span(document.text, Span(rest.start + length, rest.end))
        if rest.start < rest.end:
            yield rest


def measure_run_in_heading(sentence: str) -> int:
    """The length of the heading that was run into the sentence's beginning, or 0.

    A known section title before a capital ("Reception Jarred Pine …"), a title that the
    sentence takes up again ("Deep Blue Deep Blue (…) was"), or a run of capitalised words
    up to a word that only begins sentences ("The Long Night A documentary about …").
    """
    if known := RUN_IN_TITLE.match(sentence):
        return int(known.end())
    if repeated := REPEATED.match(sentence):
        title = repeated.group(1)
        return len(title) if len(title) <= MAX_HEADING and _title_case(title.split()) else 0
    return _run_before_opener(sentence)


def _run_before_opener(sentence: str) -> int:
    words = list(WORD.finditer(sentence))
    for i, word in enumerate(words[:-1]):
        if i >= 2 and _opens_after(words[i - 1].group(), word.group(), words[i + 1].group()):
            return words[i - 1].end() if words[i - 1].end() <= MAX_HEADING else 0
        if not CAPITALISED.match(word.group()) and word.group().lower() not in ENGLISH.small_title_words:
            return 0
    return 0


def _opens_after(before: str, word: str, after: str) -> bool:
    """Whether ``word`` begins a sentence: "City A trailer", not "of The Rings" nor "Plan: The …"."""
    starts = word[0].isupper() and word.lower() in ENGLISH.sentence_openers and after[0].islower()
    return starts and before[-1] not in ":,-–—&" and before.lower() not in ENGLISH.small_title_words


def _mark_references(text: str, found: list[Sentence]) -> list[Sentence]:
    """The same sentences, those of reference sections and of citation tails so marked."""
    cites = [bool(CITATION.search(text[s.span.start : s.span.end])) for s in found]
    tail = _citation_tail(text, found, cites)
    return [
        Sentence(s.span, s.heading, s.paragraph, PassageKind.REFERENCE)
        if i >= tail or _apparatus(text, s.heading)
        else s
        for i, s in enumerate(found)
    ]


def _apparatus(text: str, heading: Heading | None) -> bool:
    return heading is not None and bool(REFERENCE_TITLE.fullmatch(strip_heading_marks(text, heading)))


def _citation_tail(text: str, found: list[Sentence], cites: list[bool]) -> int:
    """The position from which on the document is a list of sources; its length if it is not.

    A tail is at least four citing sentences, two fifths of all from there to the end, with
    the entries' short fragments ("Mania.") counted as neither.
    """
    best, citing, plain = len(found), 0, 0
    for i in range(len(found) - 1, -1, -1):
        if cites[i]:
            citing += 1
            if citing >= 4 and citing >= 2 * plain:
                best = i
        elif found[i].span.end - found[i].span.start > 40:
            plain += 1
            if plain > 3 + citing:
                break
    while 0 < best < len(found) and _apparatus(text, found[best - 1].heading):
        best -= 1
    return best

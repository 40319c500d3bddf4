"""Headings, paragraphs and lists of sources, recognized by how a text looks.

A document is split into sections; inside one there is no further heading. Headings come from three
sources, in this order: those that the format marks, lines that look like headings, and, in text that
was flattened into one long line, headings run into the sentence after them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

import regex

from index.languages import ENGLISH
from index.progress import NO_PROGRESS, Advance
from index.text.sentences import Edges, PunctuatedNames, find_sentences, strip_edges
from index.types import Document, Heading, PassageKind

# Longer lines are sentences.
MAX_HEADING_CHARS = 90
# Enough to see a heading at the beginning of a sentence, and that the sentence repeats it.
MAX_RUN_IN_CHARS = 2_000
# A longer paragraph in a format without headings has probably lost its line breaks, and headings with them.
MIN_FLATTENED_CHARS = 1500
# Longer lines were not wrapped by hand, so each is a paragraph.
MAX_WRAP_CHARS = 120
# A wrapped line may be this much shorter than the length of the next word explains.
MAX_RAGGED_CHARS = 8
# The words that begin sentences are few, and a regular expression takes longer than looking one up.
MAX_CACHED_WORDS = 10_000
# Fewer sentences that cite a source at the end of a document are not yet a list of sources.
MIN_TAIL_CITATIONS = 4
# Shorter sentences in such a list are fragments of its entries ("Mania."), which count neither for nor against it.
MAX_FRAGMENT_CHARS = 40
# With more plain sentences than this beyond the citing ones, the list cannot begin further up.
MAX_PLAIN_EXCESS = 3

BLANK_BELOW = regex.compile(r"[ \t]*\n[ \t]*\n\s*\S")
BLANK_LINE = regex.compile(r"\n[ \t\f\v]*(?:\n[ \t\f\v]*)+")
# "- ", "• ", "3. ", "(3) ", "b) ".
LIST_ITEM = regex.compile(r"\n(?=[ \t]*(?:[-*+•‣–]|\(?\d{1,3}[.)]|\(?[a-z][.)])[ \t]+\S)")
# "2.1 ", "IV. ", "Chapter 3".
NUMBERED = regex.compile(rf"(?:\d+(?:\.\d+)*\.?|[IVXLC]+\.|(?i:{'|'.join(ENGLISH.section_nouns)})\s+\S{{1,8}})(?:\s|$)")
# "== Title ==" of MediaWiki, and the line breaks around it.
WIKI = regex.compile(r"(={2,6})\s*\S.*\S?\s*\1$")
WIKI_EDGE = regex.compile(r"\n(?===)|(?<=^={2,6}[^\n=][^\n]*==[ \t]*)\n", regex.MULTILINE)
# Of a row, as parsers write it: "France · Capital: Paris".
CELL_EDGE = " · "
# Lines under and over a heading: "=====" in Markdown, and "~~~~~" and others in reStructuredText.
ADORNMENT = regex.compile(r"^[ \t]*([!-/:-@\[-`{-~])\1*[ \t]*$", regex.MULTILINE)
WORD = regex.compile(r"\S+")
LETTERS = regex.compile(r"\p{L}")
CAPITALISED = regex.compile(r"[\"'“‘(\[]*\p{Lu}")
# A title that was flattened into the sentence that begins with it: "Deep Blue Deep Blue (…) was".
REPEATED = regex.compile(r"((?:\S+ ){1,9}\S+) \1(?=[\s,.:;(])")
RUN_IN_TITLE = regex.compile(rf"(?:{'|'.join(ENGLISH.section_titles)})(?= \p{{Lu}}| [\"“(]?\p{{Lu}})")
REFERENCE_TITLE = regex.compile("|".join(ENGLISH.reference_titles), regex.IGNORECASE)
# What only lists of sources have many of: identifiers, addresses, page numbers, years in parentheses.
CITATION = regex.compile(
    rf"\b(?:{'|'.join(ENGLISH.citation_words)})\b"
    r"|\bdoi\b|\bISBN\b|\bISSN\b|\bPMID\b|\barXiv\b|\bpp?\. ?\d|\bet al\b"
    r"|\bVol\. |https?://|www\.|\((?:[A-Z][a-z]+ )?(?:\d{1,2},? )?(?:1[5-9]|20)\d\d[a-z]?\)|^\^|^\[\d+\]"
)


class Sentence(NamedTuple):
    """The sentence ``[start, end)`` with the heading of its section, the number of its paragraph and its kind.

    A tuple, because making a frozen dataclass takes twice as long, and a large text has hundreds of thousands.
    """

    start: int
    end: int
    heading: Heading | None
    paragraph: int
    kind: PassageKind = PassageKind.BODY


def outline_document(document: Document, names: PunctuatedNames, advance: Advance = NO_PROGRESS) -> list[Sentence]:
    """Return every sentence of the document in order; headings are sentences of their own.

    ``advance`` is called with the numbers of characters that were read.
    """
    sentences: list[Sentence] = []
    heading: Heading | None = None
    done = 0
    for number, (start, end, marked) in enumerate(_split_into_blocks(document)):
        advance(end - done)
        done = end
        if marked:
            heading = marked
            sentences.append(Sentence(start, end, marked, number))
            continue
        for part in _split_paragraph(document, start, end, names):
            if isinstance(part, Heading):
                heading = part
                sentences.append(Sentence(part.start, part.end, part, number))
            else:
                sentences.append(Sentence(*part, heading, number))
    return _mark_references(document.text, _group_headings(sentences))


def is_heading(sentence: Sentence) -> bool:
    """Return whether the sentence is a heading itself, that of its section or one directly above it."""
    return sentence.heading is not None and sentence.start < sentence.heading.end


def strip_heading_marks(text: str, heading: Heading) -> str:
    """Return the words of a heading without the marks that make it one."""
    if heading.words is not None:
        return heading.words
    return ADORNMENT.sub("", text[heading.start : heading.end]).strip("#=*_ \t\n-—").strip()


def _group_headings(sentences: list[Sentence]) -> list[Sentence]:
    """Assign consecutive headings to the last of them, so that none is a section without text."""
    places = [place for place, sentence in enumerate(sentences) if is_heading(sentence)]
    for following, place in pairwise(reversed(places)):
        if following == place + 1:
            _, _, heading, paragraph, _ = sentences[following]
            sentences[place] = sentences[place]._replace(heading=heading, paragraph=paragraph)
    return sentences


def _split_into_blocks(document: Document) -> Iterator[tuple[int, int, Heading | None]]:
    """Yield where paragraphs, list items and headings start and end, in order, without white space, none empty."""
    text, cursor = document.text, 0
    edges = sorted({*document.pages, *(place.start for place in document.places)})
    for heading in [*document.headings, Heading(len(text), len(text), 0)]:
        for start, end in _split_into_paragraphs(text, cursor, heading.start, edges):
            yield start, end, None if document.headings else _detect_heading(text, start, end)
        if heading.level:
            yield *strip_edges(text, heading.start, heading.end), heading
        cursor = heading.end


def _split_into_paragraphs(text: str, start: int, end: int, edges: Sequence[int]) -> Iterator[Edges]:
    """Split ``text[start:end]`` at blank lines and at ``edges``, and then where lines or list items end a paragraph."""
    inside = edges[bisect_right(edges, start) : bisect_left(edges, end)]
    breaks = [match.end() for match in BLANK_LINE.finditer(text, start, end)]
    for first, last in pairwise([start, *(sorted({*inside, *breaks}) if inside else breaks), end]):
        begin, stop = strip_edges(text, first, last)
        # Most paragraphs are one line, and nothing splits that.
        if text.find("\n", begin, stop) < 0:
            if begin < stop:
                yield begin, stop
        else:
            lines = pairwise([first, *_find_line_breaks(text, first, last), last])
            stripped = (strip_edges(text, *line) for line in lines)
            yield from ((begin, stop) for begin, stop in stripped if begin < stop)


def _find_line_breaks(text: str, start: int, end: int) -> list[int]:
    """Return the line breaks in ``text[start:end]`` that end a paragraph or list item, or are beside a heading."""
    breaks = {start + line for line in _find_short_line_ends(text[start:end])}
    breaks |= {m.end() for m in LIST_ITEM.finditer(text, start, end)}
    # The first mark of the two may be before the start, behind which the pattern looks.
    if text.find("==", max(0, start - 1), end) >= 0:
        breaks |= {m.end() for m in WIKI_EDGE.finditer(text, start, end)}
    return sorted(breaks)


def _find_short_line_ends(text: str) -> Iterator[int]:
    """Yield where lines begin after which had room for their first word, and which therefore ended a paragraph.

    This keeps lines together that were wrapped by hand at one width, but not verses, tables and
    lists of short lines.
    """
    lines = text.split("\n")
    starts = accumulate((len(line) + 1 for line in lines), initial=0)
    stripped = [line.strip() for line in lines]
    width = max(map(len, stripped))
    next(starts)
    for (line, following), start in zip(pairwise(stripped), starts, strict=False):
        room = width - len(line) - MAX_RAGGED_CHARS
        # The first word is looked for only if there was room for any.
        if width > MAX_WRAP_CHARS or (room > 1 and (first := WORD.match(following)) and room > len(first.group())):
            yield start


def _detect_heading(text: str, start: int, end: int) -> Heading | None:
    """Return the block ``[start, end)`` as a heading if it is one line, looks like a title and has text below it."""
    if end - start > MAX_HEADING_CHARS:
        return None
    line = text[start:end]
    if "\n" in line or CELL_EDGE in line:
        return None
    if wiki := WIKI.match(line):
        return Heading(start, end, len(wiki.group(1)))
    if line[-1] in ".!?,;:…。！？" or not BLANK_BELOW.match(text, end):
        return None
    return Heading(start, end) if LETTERS.search(line) and _is_title_like(line) else None


def _is_title_like(line: str) -> bool:
    return bool(NUMBERED.match(line)) or line.isupper() or _is_title_case(line.split())


def _is_title_case(words: Sequence[str]) -> bool:
    """Return whether every word except small ones has a capital, as in "The Sound of the Sea"."""
    return bool(CAPITALISED.match(words[0])) and all(_is_title_word(word) or not LETTERS.search(word) for word in words)


@lru_cache(maxsize=MAX_CACHED_WORDS)
def _is_title_word(word: str) -> bool:
    return bool(CAPITALISED.match(word)) or word.lower() in ENGLISH.small_title_words


def _split_paragraph(document: Document, start: int, end: int, names: PunctuatedNames) -> Iterable[Edges | Heading]:
    """Return the start and end of each sentence of one paragraph, after the headings that were run into it."""
    declared = str(document.metadata.get("language", ""))
    sentences = find_sentences(document.text[start:end], names, declared, start)
    is_flattened = end - start >= MIN_FLATTENED_CHARS and not document.headings
    return _split_off_headings(document.text, sentences) if is_flattened else sentences


def _split_off_headings(text: str, sentences: Iterable[Edges]) -> Iterator[Edges | Heading]:
    for start, end in sentences:
        # All of a sentence that can be a heading: it may have thousands of them, one after the other.
        while length := measure_run_in_heading(text[start : min(end, start + MAX_RUN_IN_CHARS)]):
            yield Heading(start, start + length, 2)
            start, end = strip_edges(text, start + length, end)
        if start < end:
            yield start, end


def measure_run_in_heading(sentence: str) -> int:
    """Return the length of the heading that was run into the beginning of the sentence, or 0.

    Such a heading is a known section title before a capital ("Reception Jarred Pine …"), a title that
    the sentence repeats ("Deep Blue Deep Blue (…) was"), or a run of capitalized words up to a word that
    only begins sentences ("The Long Night A documentary about …").
    """
    if known := RUN_IN_TITLE.match(sentence):
        return int(known.end())
    first, _, rest = sentence.partition(" ")
    # The pattern tries many lengths, so it is used only if the first word comes again.
    if f"{first} " in rest and (repeated := REPEATED.match(sentence)):
        title = repeated.group(1)
        return len(title) if len(title) <= MAX_HEADING_CHARS and _is_title_case(title.split()) else 0
    return _measure_title_before_opener(sentence)


def _measure_title_before_opener(sentence: str) -> int:
    before = None
    for i, (word, after) in enumerate(pairwise(WORD.finditer(sentence))):
        if before and i >= 2 and _begins_sentence_after(before.group(), word.group(), after.group()):
            return int(before.end()) if before.end() <= MAX_HEADING_CHARS else 0
        if not _is_title_word(word.group()):
            return 0
        before = word
    return 0


def _begins_sentence_after(before: str, word: str, after: str) -> bool:
    """Return whether ``word`` begins a sentence: "City A trailer", not "of The Rings" nor "Plan: The …"."""
    starts = word[0].isupper() and word.lower() in ENGLISH.sentence_openers and after[0].islower()
    return starts and before[-1] not in ":,-–—&" and before.lower() not in ENGLISH.small_title_words


def _mark_references(text: str, sentences: list[Sentence]) -> list[Sentence]:
    """Mark the sentences of reference sections and of a list of sources at the end."""
    tail = _find_citation_tail(text, sentences)
    marked: list[Sentence] = []
    for heading, section in groupby(sentences[:tail], key=attrgetter("heading")):
        is_reference = _is_reference_title(text, heading)
        marked += (_mark_as_reference(sentence) if is_reference else sentence for sentence in section)
    return [*marked, *map(_mark_as_reference, sentences[tail:])]


def _mark_as_reference(sentence: Sentence) -> Sentence:
    return sentence._replace(kind=PassageKind.REFERENCE)


def _is_reference_title(text: str, heading: Heading | None) -> bool:
    return heading is not None and bool(REFERENCE_TITLE.fullmatch(strip_heading_marks(text, heading)))


def _find_citation_tail(text: str, sentences: list[Sentence]) -> int:
    """Return the position from which the document is a list of sources, or its length if it is not.

    In such a tail, at least ``MIN_TAIL_CITATIONS`` sentences cite a source, and twice as many as do not. No more of
    them are looked at, from the last one on, than such a tail can have.
    """
    best, citing, plain = len(sentences), 0, 0
    for i in range(len(sentences) - 1, -1, -1):
        start, end = sentences[i].start, sentences[i].end
        if CITATION.search(text[start:end]):
            citing += 1
            if citing >= MIN_TAIL_CITATIONS and citing >= 2 * plain:
                best = i
        elif end - start > MAX_FRAGMENT_CHARS:
            plain += 1
            if plain > MAX_PLAIN_EXCESS + citing:
                break
    return best

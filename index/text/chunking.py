"""Documents are split into passages, which are shown, and units, which are matched.

A passage is a few whole sentences under one heading, a slice of the text. Its units are its
sentences and all of them together as one window: a sentence matches a question best, and a
reader wants the sentences around it.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from math import inf
from operator import attrgetter
from typing import NamedTuple

import regex

from index.garbage import pause_garbage_collection
from index.progress import NO_PROGRESS, Advance
from index.text.sentences import PunctuatedNames, strip_span
from index.text.structure import Sentence, outline_document, strip_heading_marks
from index.types import Document, Heading, Passage, PassageKind, Span, Unit

CountTokens = Callable[[Sequence[str]], list[int]]

# Where a sentence that is too long may be cut, best places first.
CLAUSE_ENDS = (regex.compile(r"[;:。；：—]\s*"), regex.compile(r"[,，、،]\s*"), regex.compile(r"\s+"))
# Flags first, because \X counts back to the beginning of a row of flags for each of them.
GRAPHEME = regex.compile(r"\p{GCB=Regional_Indicator}{1,2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*|\X")

# Sentences whose tokens are counted at once, so that progress shows and they stay in the processor's cache.
COUNT_BATCH = 1_000

# Costs of a passage beside the squared relative difference from the target length. They are small against
# those of a passage half as long (0.25), so they decide between groupings of similar lengths.
EXTRA_SENTENCE_COST = 0.05
TORN_PARAGRAPH_COST = 0.1


@dataclass(frozen=True, slots=True)
class ChunkSizes:
    """Sizes of passages: hard limits on characters and tokens, and targets for characters and sentences.

    ``max_tokens`` counts special tokens too, so that a passage fits the encoder.
    """

    max_chars: int = 500
    target_chars: int = 400
    max_sentences: int = 4
    max_tokens: int = 192


@pause_garbage_collection()
def split_into_passages(
    document: Document,
    names: PunctuatedNames,
    sizes: ChunkSizes,
    count: CountTokens,
    advance: Advance = NO_PROGRESS,
) -> list[Passage]:
    """Return the document's passages in order.

    They never overlap, cover every character that is not white space, and cross no heading, page or place.
    Only a sentence that alone exceeds ``sizes`` is cut, at clauses. ``advance`` is called with the numbers of
    characters that are done, all in all as many as the document has.
    """
    progress = _HalfProgress(advance)  # because the text is gone through twice
    outline = outline_document(document, names, progress.add)
    progress.finish_pass(len(document.text))
    sentences: list[Sentence] = []
    tokens: list[int] = []
    for part, number in _split_long_sentences(document.text, outline, sizes, count, progress.add):
        sentences.append(part)
        tokens.append(number)
    progress.finish_pass(len(document.text))
    passages: list[Passage] = []
    start = 0  # of the section's sentences
    for section, own in _split_into_sections(document, sentences):
        passages += _make_passages(document, section, own, tokens[start : start + len(own)], sizes)
        start += len(own)
    return passages


def make_units(passages: Sequence[Passage]) -> list[Unit]:
    """Return what is matched, passage by passage: each of its sentences, and all of them as one window."""
    # Windows of two sentences in addition found no more on FairytaleQA and SciFact, for a quarter to a half
    # more vectors.
    units: list[Unit] = []
    for position, passage in enumerate(passages):
        spans = {(s.start, s.end) for s in passage.sentences}
        spans.add((passage.sentences[0].start, passage.sentences[-1].end))
        units.extend(Unit(position, start, end) for start, end in sorted(spans))
    return units


def _split_long_sentences(
    text: str, sentences: Sequence[Sentence], sizes: ChunkSizes, count: CountTokens, advance: Advance
) -> Iterator[tuple[Sentence, int]]:
    """Yield each sentence, or its clauses if it is too long for a passage, with their numbers of tokens."""
    done = 0
    for start in range(0, len(sentences), COUNT_BATCH):
        batch = sentences[start : start + COUNT_BATCH]
        for sentence, tokens in zip(batch, count([text[s.start : s.end] for s in batch]), strict=True):
            if sentence.end - sentence.start <= sizes.max_chars and tokens <= sizes.max_tokens:
                yield sentence, tokens
                continue
            for span in _split_at_clauses(text, Span(sentence.start, sentence.end), sizes, count):
                clause = sentence._replace(start=span.start, end=span.end)
                yield clause, count([text[span.start : span.end]])[0]
        advance(batch[-1].end - done)
        done = batch[-1].end


class _HalfProgress:
    """Reports two passes over a text as one: half of the characters of each."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._passed = self._added = self._reported = 0

    def add(self, done: int, note: str = "") -> None:
        """Report half of what is done."""
        self._added += done
        half = (self._passed + self._added) // 2
        self._advance(half - self._reported, note)
        self._reported = half

    def finish_pass(self, characters: int) -> None:
        """Report what is left of a pass over so many characters."""
        self.add(characters - self._added)
        self._passed, self._added = self._passed + characters, 0


class _Section(NamedTuple):
    """What the sentences of a passage have in common; ``page`` counts from 1, None if the format has no pages."""

    heading: Heading | None
    kind: PassageKind
    page: int | None
    place: str | None


def _split_into_sections(
    document: Document, sentences: Iterable[Sentence]
) -> Iterator[tuple[_Section, list[Sentence]]]:
    """Yield the sections of a document in order, each with its sentences."""
    place_starts = [place.start for place in document.places]

    def find_place(sentence: Sentence) -> tuple[int | None, str | None]:
        page = bisect_right(document.pages, sentence.start) or None
        after = bisect_right(place_starts, sentence.start)
        return page, document.places[after - 1].name if after else None

    for (heading, kind), group in groupby(sentences, key=attrgetter("heading", "kind")):
        if not document.pages and not document.places:
            yield _Section(heading, kind, None, None), list(group)
        else:
            for (page, place), own in groupby(group, key=find_place):
                yield _Section(heading, kind, page, place), list(own)


def _make_passages(
    document: Document, section: _Section, sentences: list[Sentence], tokens: list[int], sizes: ChunkSizes
) -> Iterator[Passage]:
    """Yield the passages of a section, whose sentences are given with their numbers of tokens."""
    heading, heading_end = None, 0
    if section.heading:
        heading, heading_end = strip_heading_marks(document.text, section.heading) or None, section.heading.end
    for first, last in _group_sentences(sentences, tokens, sizes):
        group = sentences[first:last]
        start, end = group[0].start, group[-1].end
        # Headings are no sentences of a passage, unless it has no others.
        spans = tuple(Span(s.start, s.end) for s in group if s.start >= heading_end) or (Span(start, end),)
        yield Passage(document.id, start, end, spans, heading, section.kind, section.page, section.place)


def _group_sentences(sentences: list[Sentence], tokens: list[int], sizes: ChunkSizes) -> Iterator[tuple[int, int]]:
    """Yield the positions at which groups of adjacent sentences start and end, at the lowest total cost.

    Dynamic programming over the cuts: filling greedily would leave a short last passage. The cost of a group says how
    far it is from a good passage.
    """
    starts, ends = [sentence.start for sentence in sentences], [sentence.end for sentence in sentences]
    # Sums over all sentences before each: their tokens, and the paragraphs that end there.
    before = list(accumulate(tokens, initial=0))
    torn = list(accumulate((a.paragraph != b.paragraph for a, b in pairwise(sentences)), initial=0))
    # The lowest cost of the first ``end`` sentences, and where their last group starts.
    lowest, last_starts = [0.0], [0]
    first, target = 0, sizes.target_chars
    for end in range(1, len(sentences) + 1):
        stop = ends[end - 1]
        # Limits hold for the last group if it begins at ``first`` or later, or has one sentence.
        while first < end - 1 and (
            stop - starts[first] > sizes.max_chars or before[end] - before[first] > sizes.max_tokens
        ):
            first += 1
        best, best_start = inf, first
        for start in range(first, end):
            off = (stop - starts[start] - target) / target
            cost = off * off
            if end - start > sizes.max_sentences:
                cost += EXTRA_SENTENCE_COST * (end - start - sizes.max_sentences)
            cost = lowest[start] + (cost + TORN_PARAGRAPH_COST * (torn[end - 1] - torn[start]))
            if cost < best:
                best, best_start = cost, start
        lowest.append(best)
        last_starts.append(best_start)
    cuts = [len(sentences)]
    while cuts[-1]:
        cuts.append(last_starts[cuts[-1]])
    return pairwise(reversed(cuts))


def _fits(text: str, span: Span, sizes: ChunkSizes, count: CountTokens) -> bool:
    if span.end - span.start > sizes.max_chars:
        return False
    piece = text[span.start : span.end]
    # Counting tokens is slow, and short pieces need not be counted: a token has at least one byte, a character
    # at most four, of the text as tokenizers normalize it, in which "ﷺ" becomes 18 characters.
    if len(unicodedata.normalize("NFKC", piece)) * 4 + 2 <= sizes.max_tokens:
        return True
    return count([piece])[0] <= sizes.max_tokens


def _split_at_clauses(text: str, span: Span, sizes: ChunkSizes, count: CountTokens) -> Iterator[Span]:
    """Halve a span until every piece fits, in order, never inside a grapheme."""
    pending = [span]
    while pending:
        piece = strip_span(text, pending.pop())
        if piece.start >= piece.end:
            continue
        cut = None if _fits(text, piece, sizes, count) else _find_best_cut(text, piece)
        if cut is None:
            yield piece
        else:
            pending += [Span(cut, piece.end), Span(piece.start, cut)]


def _find_best_cut(text: str, span: Span) -> int | None:
    """Return the break nearest the middle: after a clause, else a comma, else a space, else a grapheme."""
    middle, quarter = (span.start + span.end) // 2, (span.end - span.start) // 4
    for pattern in CLAUSE_ENDS:
        ends: list[int] = [match.end() for match in pattern.finditer(text, span.start, span.end)]
        near = [end for end in ends if abs(end - middle) <= quarter]
        if near:
            return min(near, key=lambda end: abs(end - middle))
    ends = [match.end() for match in GRAPHEME.finditer(text, span.start, span.end)][:-1]
    if ends:
        return min(ends, key=lambda end: abs(end - middle))
    # A single grapheme of hundreds of code points is nonsense, but it must fit too.
    return middle if middle > span.start else None

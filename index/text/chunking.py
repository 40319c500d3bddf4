"""Documents are split into passages, which are shown, and units, which are matched.

A passage is a few whole sentences under one heading, a slice of the text. Its units are its
sentences and all of them together as one window: a sentence matches a question best, and a
reader wants the sentences around it.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise

import regex

from index.progress import NO_PROGRESS, Advance
from index.text.sentences import PunctuatedNames, strip_span
from index.text.structure import Sentence, is_heading, outline_document, strip_heading_marks
from index.types import Document, Passage, Span, Unit

CountTokens = Callable[[Sequence[str]], list[int]]

# Where a sentence that is too long may be cut, best places first.
CLAUSE_ENDS = (regex.compile(r"[;:。；：—]\s*"), regex.compile(r"[,，、،]\s*"), regex.compile(r"\s+"))
# Flags first, because \X counts back to the beginning of a row of flags for each of them.
GRAPHEME = regex.compile(r"\p{GCB=Regional_Indicator}{1,2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*|\X")

# Sentences whose tokens are counted at once: a second of work, so that progress shows.
COUNT_BATCH = 10_000

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
    counted = _count_tokens(document.text, outline, count, progress.add)
    parts = [part for whole, tokens in counted for part in _split_long(document.text, whole, tokens, sizes, count)]
    progress.finish_pass(len(document.text))
    sections = groupby(parts, key=lambda item: _find_section(document, item[0]))
    return [
        _make_passage(document, group) for _, section in sections for group in _group_sentences(list(section), sizes)
    ]


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


def _count_tokens(
    text: str, sentences: Sequence[Sentence], count: CountTokens, advance: Advance
) -> Iterator[tuple[Sentence, int]]:
    """Yield each sentence with its number of tokens."""
    done = 0
    for start in range(0, len(sentences), COUNT_BATCH):
        batch = sentences[start : start + COUNT_BATCH]
        yield from zip(batch, count([text[s.span.start : s.span.end] for s in batch]), strict=True)
        advance(batch[-1].span.end - done)
        done = batch[-1].span.end


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


def _make_passage(document: Document, group: Sequence[Sentence]) -> Passage:
    first, last = group[0], group[-1]
    spans = tuple(s.span for s in group if not is_heading(s)) or (Span(first.span.start, last.span.end),)
    heading = (strip_heading_marks(document.text, first.heading) or None) if first.heading else None
    page, place = _find_page(document, first), _find_place(document, first)
    return Passage(document.id, first.span.start, last.span.end, spans, heading, first.kind, page, place)


def _find_section(document: Document, sentence: Sentence) -> tuple[object, ...]:
    """Return what the sentences of a passage have in common."""
    return sentence.heading, sentence.kind, _find_page(document, sentence), _find_place(document, sentence)


def _find_page(document: Document, sentence: Sentence) -> int | None:
    """Return the page on which a sentence begins, from 1, or None if the format has no pages."""
    return bisect_right(document.pages, sentence.span.start) or None


def _find_place(document: Document, sentence: Sentence) -> str | None:
    """Return the name of the place in which a sentence begins, or None if it begins before all places."""
    after = bisect_right(document.places, sentence.span.start, key=lambda place: place.start)
    return document.places[after - 1].name if after else None


def _group_sentences(section: list[tuple[Sentence, int]], sizes: ChunkSizes) -> Iterator[list[Sentence]]:
    """Group adjacent sentences, given with their numbers of tokens, at the lowest total cost.

    Dynamic programming over the cuts: filling greedily would leave a short last passage.
    """
    sentences = [sentence for sentence, _ in section]
    costs = _GroupCosts(section, sizes)
    # The lowest cost of the first ``end`` sentences, and where their last group starts.
    lowest, starts = [0.0], [0]
    first = 0
    for end in range(1, len(section) + 1):
        first = costs.find_first(first, end)
        cost, start = min((lowest[start] + costs.compute(start, end), start) for start in range(first, end))
        lowest.append(cost)
        starts.append(start)
    cuts = [len(section)]
    while cuts[-1]:
        cuts.append(starts[cuts[-1]])
    for end, start in zip(cuts[-2::-1], cuts[:0:-1], strict=True):
        yield sentences[start:end]


class _GroupCosts:
    """The costs of groups of adjacent sentences: how far each is from a good passage."""

    def __init__(self, section: list[tuple[Sentence, int]], sizes: ChunkSizes) -> None:
        self._sizes = sizes
        self._starts = [sentence.span.start for sentence, _ in section]
        self._ends = [sentence.span.end for sentence, _ in section]
        # Sums over all sentences before each: their tokens, and the paragraphs that end there.
        self._tokens = list(accumulate((tokens for _, tokens in section), initial=0))
        self._torn = list(accumulate((a.paragraph != b.paragraph for (a, _), (b, _) in pairwise(section)), initial=0))

    def find_first(self, first: int, end: int) -> int:
        """Return where the longest group that ends before ``end`` and keeps the limits begins, not before ``first``."""
        while first < end - 1 and (
            self._ends[end - 1] - self._starts[first] > self._sizes.max_chars
            or self._tokens[end] - self._tokens[first] > self._sizes.max_tokens
        ):
            first += 1
        return first

    def compute(self, start: int, end: int) -> float:
        """Return the cost of the group that begins at ``start`` and ends before ``end``."""
        sizes = self._sizes
        off = (self._ends[end - 1] - self._starts[start] - sizes.target_chars) / sizes.target_chars
        extra = max(0, end - start - sizes.max_sentences)
        torn = self._torn[end - 1] - self._torn[start]
        return off * off + EXTRA_SENTENCE_COST * extra + TORN_PARAGRAPH_COST * torn


def _split_long(
    text: str, sentence: Sentence, tokens: int, sizes: ChunkSizes, count: CountTokens
) -> Iterator[tuple[Sentence, int]]:
    """Yield the sentence with its number of tokens, or its clauses if it is too long for one passage."""
    if sentence.span.end - sentence.span.start <= sizes.max_chars and tokens <= sizes.max_tokens:
        yield sentence, tokens
        return
    for span in _split_at_clauses(text, sentence.span, sizes, count):
        yield replace(sentence, span=span), count([text[span.start : span.end]])[0]


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

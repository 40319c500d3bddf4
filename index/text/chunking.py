"""Documents into passages that are shown and units that are matched.

A passage is a few whole sentences under one heading, a slice of the text. Units are its
sentences and the short window that they make together: a question is answered by a
sentence, a reader wants the sentences around it.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import regex

from index.text.sentences import PunctuatedNames, strip_span
from index.text.structure import Sentence, is_heading, outline_document, strip_heading_marks
from index.types import Document, Passage, Span, Unit

CountTokens = Callable[[Sequence[str]], list[int]]

CLAUSE_ENDS = (regex.compile(r"[;:。；：—]\s*"), regex.compile(r"[,，、،]\s*"), regex.compile(r"\s+"))
GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class ChunkSizes:
    """The sizes. ``max_chars`` is a bound, ``target_chars`` what packing aims at.

    ``max_tokens`` bounds the tokens of one passage, special tokens included, so that it
    fits the encoder.
    """

    max_chars: int = 500
    target_chars: int = 400
    max_sentences: int = 4
    max_tokens: int = 192


def split_into_passages(
    document: Document, names: PunctuatedNames, chunking: ChunkSizes, count: CountTokens
) -> list[Passage]:
    """The document's passages in order.

    They never overlap, cover every character that is not white space, cross no heading and
    no page, and cut no sentence but one that alone exceeds ``chunking``; that one is split
    at clauses.
    """
    pieces = [p for s in outline_document(document, names) for p in _split(document.text, s, chunking, count)]
    tokens = count([document.text[p.span.start : p.span.end] for p in pieces])
    sized = list(zip(pieces, tokens, strict=True))
    sections = groupby(sized, key=lambda item: (item[0].heading, item[0].kind, _page(document, item[0])))
    return [_passage(document, group) for _, section in sections for group in _pack(list(section), chunking)]


def make_units(all_passages: Sequence[Passage]) -> list[Unit]:
    """What is matched, passage by passage: each of its sentences, and all of them as one window.

    Windows of two sentences besides were tried: as many found on FairytaleQA and SciFact,
    for a quarter to a half more vectors.
    """
    found: list[Unit] = []
    for position, passage in enumerate(all_passages):
        spans = {(s.start, s.end) for s in passage.sentences}
        spans.add((passage.sentences[0].start, passage.sentences[-1].end))
        found.extend(Unit(position, start, end) for start, end in sorted(spans))
    return found


def _passage(document: Document, group: Sequence[Sentence]) -> Passage:
    first, last = group[0], group[-1]
    spans = tuple(s.span for s in group if not is_heading(s)) or (Span(first.span.start, last.span.end),)
    heading = strip_heading_marks(document.text, first.heading) if first.heading else None
    return Passage(document.id, first.span.start, last.span.end, spans, heading, first.kind, _page(document, first))


def _page(document: Document, sentence: Sentence) -> int | None:
    """The page on which a sentence begins, from 1; None where the format has no pages."""
    return bisect_right(document.pages, sentence.span.start) or None


def _pack(section: list[tuple[Sentence, int]], chunking: ChunkSizes) -> Iterator[list[Sentence]]:
    """Neighbouring sentences grouped at least cost (dynamic programming over the cuts).

    Greedy filling leaves a lone last sentence; weighing all cuts leaves even passages.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(section) + 1):
        options = []
        for start in range(end - 1, -1, -1):
            cost = _cost(section[start:end], chunking)
            if cost is None:
                break
            options.append((best[start][0] + cost, start))
        best.append(min(options))
    cuts = [len(section)]
    while cuts[-1]:
        cuts.append(best[cuts[-1]][1])
    for end, start in zip(cuts[-2::-1], cuts[:0:-1], strict=True):
        yield [sentence for sentence, _ in section[start:end]]


def _cost(group: list[tuple[Sentence, int]], chunking: ChunkSizes) -> float | None:
    """How far a group is from a good passage; None where it, and any longer one, may not be."""
    first, last = group[0][0], group[-1][0]
    length = last.span.end - first.span.start
    if len(group) > 1 and (length > chunking.max_chars or sum(t for _, t in group) > chunking.max_tokens):
        return None
    off = (length - chunking.target_chars) / chunking.target_chars
    long = max(0, len(group) - chunking.max_sentences)
    torn = sum(a.paragraph != b.paragraph for (a, _), (b, _) in pairwise(group))
    return off * off + 0.05 * long + 0.1 * torn


def _split(text: str, sentence: Sentence, chunking: ChunkSizes, count: CountTokens) -> Iterator[Sentence]:
    """The sentence, or its clauses where it is too long for one passage."""
    if _fits(text, sentence.span, chunking, count):
        yield sentence
        return
    for span in _clauses(text, sentence.span, chunking, count):
        yield Sentence(span, sentence.heading, sentence.paragraph, sentence.kind)


def _fits(text: str, span: Span, chunking: ChunkSizes, count: CountTokens) -> bool:
    length = span.end - span.start
    if length > chunking.max_chars:
        return False
    piece = text[span.start : span.end]
    # A token has at least one byte, four a character, of what tokenizers make of the text: "ﷺ" becomes 18 characters.
    if len(unicodedata.normalize("NFKC", piece)) * 4 + 2 <= chunking.max_tokens:
        return True
    return count([piece])[0] <= chunking.max_tokens


def _clauses(text: str, span: Span, chunking: ChunkSizes, count: CountTokens) -> Iterator[Span]:
    """Pieces that fit, cut at the best place before the middle-most break; never inside a grapheme."""
    pending = [span]
    while pending:
        piece = strip_span(text, pending.pop())
        if piece.start >= piece.end:
            continue
        cut = None if _fits(text, piece, chunking, count) else _best_cut(text, piece)
        if cut is None:
            yield piece
        else:
            pending += [Span(cut, piece.end), Span(piece.start, cut)]


def _best_cut(text: str, span: Span) -> int | None:
    """The break nearest the middle: at a clause, else a comma, else a space, else a grapheme."""
    middle, quarter = (span.start + span.end) // 2, (span.end - span.start) // 4
    for pattern in CLAUSE_ENDS:
        ends: list[int] = [m.end() for m in pattern.finditer(text, span.start, span.end)]
        near = [e for e in ends if abs(e - middle) <= quarter]
        if near:
            return min(near, key=lambda e: abs(e - middle))
    ends = [m.end() for m in GRAPHEME.finditer(text, span.start, span.end)][:-1]
    if ends:
        return min(ends, key=lambda e: abs(e - middle))
    # One grapheme of hundreds of code points: nonsense, but it must fit too.
    return middle if middle > span.start else None

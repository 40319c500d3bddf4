"""A text that is longer than the reader's window is cut into windows of whole sentences that overlap."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from index.text.sentences import PunctuatedNames, split_into_sentences
from index.types import Span
from qa.reader.pairs import PairTokenizer

# A window repeats up to this share of the one before, so that an answer is read with what leads up to it.
OVERLAP = 0.25

# A stretch of text and its number of tokens.
Piece = tuple[Span, int]


def split_into_windows(text: str, room: int, tokenizer: PairTokenizer) -> list[Span]:
    """Return windows of at most ``room`` tokens, in order; together they hold all words of the text.

    A text that fits is one window. Only a sentence that does not fit is cut, between words.
    """
    words = tokenizer.count_word_tokens(text)
    if sum(tokens for _, tokens in words) <= room:
        return [Span(0, len(text))]
    return list(_join_pieces(list(_cut_pieces(text, words, room)), room))


def _cut_pieces(text: str, words: Sequence[tuple[int, int]], room: int) -> Iterator[Piece]:
    """Yield the sentences, those that do not fit in pieces small enough to overlap."""
    starts = [start for start, _ in words]
    for sentence in split_into_sentences(text, Span(0, len(text)), PunctuatedNames()):
        inside = words[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        tokens = sum(count for _, count in inside)
        if tokens <= room:
            yield sentence, tokens
            continue
        begin, size = sentence.start, 0
        for start, count in inside:
            if size and size + count > room * OVERLAP:
                yield Span(begin, start), size
                begin, size = start, 0
            size += count
        yield Span(begin, sentence.end), size


def _join_pieces(pieces: Sequence[Piece], room: int) -> Iterator[Span]:
    """Yield as many pieces together as fit; each window begins with the last pieces of the one before."""
    first = end = 0
    while end < len(pieces):
        size = sum(tokens for _, tokens in pieces[first:end])
        # Overlap must not keep out the next piece.
        while first < end and size + pieces[end][1] > room:
            size -= pieces[first][1]
            first += 1
        while end < len(pieces) and (end == first or size + pieces[end][1] <= room):
            size += pieces[end][1]
            end += 1
        yield Span(pieces[first][0].start, pieces[end - 1][0].end)
        first, shared = end, 0
        while first > 0 and shared + pieces[first - 1][1] <= room * OVERLAP:
            first -= 1
            shared += pieces[first][1]

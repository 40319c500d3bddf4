"""Reranking: the reader reads the first passages together with the question, which is slow and sees most.

Nogueira & Cho 2019, "Passage Re-ranking with BERT". The reader's logit, which is a log odds, is added
to the fused score with a weight. The sum is never below the fused score, so a passage that was not
read stays below all that were. Passages are read a few at a time, until no other is likely to become the
first. A passage in a language that the reader does not read gains as much as the mean of those that
were read. Measured rows: ``docs/quality.md``.
"""

from collections.abc import Sequence
from itertools import accumulate
from statistics import fmean

from index.generation.generation import GenerationContents
from qa.cancellation import raise_if_cancelled
from qa.ranking.fusion import Hit, sort_hits
from qa.ranking.retrieval import UNREAD_LANGUAGE
from qa.ranking.retriever import call_leg
from qa.reader.language import can_read
from qa.tracing import trace_step
from qa.types import Query, Reader, Reading

# Reading time grows with the number and the length of passages: at most this many of each are read, so many at a time.
# The first passage is always read.
MAX_PASSAGES, MAX_CHARACTERS = 12, 3300
READ_TOGETHER = 2
# What a logit adds to a score, beside a score of about 2, and the limit of the logits. On collections of 17 kinds
# whose articles nothing was trained on, 0.15 is better than 0.1 on average, and 0.2 is worse on some.
WEIGHT, MAX_RELEVANCE = 0.15, 8.0
# One passage in twenty is more relevant than this: what an unread one may turn out to be.
LIKELY_RELEVANCE = 5.0
READER = "reader"


class Rerank:
    """Adds the reader's logit to the first hits and keeps what it says of each; does nothing without a reader."""

    def __init__(
        self,
        contents: GenerationContents,
        reader: Reader | None,
        weight: float = WEIGHT,
        max_characters: int = MAX_CHARACTERS,
        likely_relevance: float = LIKELY_RELEVANCE,
    ) -> None:
        """Read nothing yet; an ablation gives another ``weight``, or more characters and with them passages.

        ``likely_relevance``: read on while a passage of this relevance could become the first; infinity reads all.
        """
        self._passages, self._reader = contents.passages, reader
        self._weight, self._max_characters = weight, max_characters
        self._likely_gain = weight * (likely_relevance + MAX_RELEVANCE)

    def __call__(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """Return the same hits, best first, ties by position; in the same order if the reader fails."""
        if self._reader is None or not hits:
            return hits
        first = self._select_hits(hits)
        # The engine reports a failed reader as degraded.
        readings = call_leg(READER, self._read_until_sure, self._reader, query, first)
        if readings is None:
            return [*(hit._replace(unread=READER) for hit in first), *hits[len(first) :]]
        gains = [self._measure_gain(reading) for reading in readings if reading]
        # Neither above nor below the passages that were read, on average.
        mean = fmean(gains) if gains else 0.0
        read = [
            hit._replace(score=hit.score + self._measure_gain(reading), reading=reading)
            if reading
            else hit._replace(score=hit.score + mean, unread=UNREAD_LANGUAGE)
            for hit, reading in zip(hits, readings, strict=False)
        ]
        return [*sort_hits(read), *hits[len(read) :]]

    def _select_hits(self, hits: list[Hit]) -> list[Hit]:
        """Return as many first hits as may be read."""
        first = hits[: MAX_PASSAGES * self._max_characters // MAX_CHARACTERS]
        sizes = accumulate(len(self._passages.get_text(hit.passage)) for hit in first)
        return first[: max(1, sum(size <= self._max_characters for size in sizes))]

    def _read_until_sure(self, reader: Reader, query: Query, hits: Sequence[Hit]) -> list[Reading | None]:
        """Return the readings of the first hits, until no other is likely to become the first.

        None if the reader does not read the language of the passage or of the question.
        """
        if not can_read(reader, query.question):
            return [None] * len(hits)
        readings: list[Reading | None] = []
        best = 0.0
        while len(readings) < len(hits) and hits[len(readings)].score + self._likely_gain >= best:
            raise_if_cancelled()
            some = hits[len(readings) :][:READ_TOGETHER]
            found = self._read_hits(reader, query, some)
            read = zip(some, found, strict=True)
            best = max([best, *(hit.score + self._measure_gain(reading) for hit, reading in read if reading)])
            readings += found
        return readings

    def _read_hits(self, reader: Reader, query: Query, hits: Sequence[Hit]) -> list[Reading | None]:
        texts = [(self._passages.get_context(hit.passage), self._passages.get_text(hit.passage)) for hit in hits]
        rows = [row for row, (_, text) in enumerate(texts) if can_read(reader, text)]
        if not rows:
            return [None] * len(texts)
        with trace_step("read", passages=len(rows)):
            read = reader.read(query.searched_as, [texts[row] for row in rows])
        readings = dict(zip(rows, read, strict=True))
        return [readings.get(row) for row in range(len(texts))]

    def _measure_gain(self, reading: Reading) -> float:
        return self._weight * (MAX_RELEVANCE + max(-MAX_RELEVANCE, min(MAX_RELEVANCE, reading.relevance)))

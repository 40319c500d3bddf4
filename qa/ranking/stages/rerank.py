"""Reranking: the reader reads the first passages together with the question, which is slow and sees most.

Nogueira & Cho 2019, "Passage Re-ranking with BERT". The reader's score is added to the fused
score and is never negative, so a passage that was not read stays below all that were. A passage
in a language that the reader does not read is an exception: it gains as much as the mean of those
that were read. Measured rows: ``docs/quality.md``.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from math import exp
from statistics import fmean

from index.generation.generation import GenerationContents
from qa.ranking.fusion import Hit
from qa.ranking.retriever import call_leg
from qa.reader.language import can_read
from qa.types import UNREAD_LANGUAGE, Query, Reader, Reading

# Reading time grows with the number and the length of passages: at most this many of each are read. The first
# passage is always read.
MAX_PASSAGES, MAX_CHARACTERS = 8, 2200
# What a passage gains if the reader is certain of it, beside a score of about 2, and the scale of the logits.
# Flat around these: on questions that were not measured on (SQuAD, FairytaleQA) 0.8 and 1.2 differ by 0.002 nDCG.
GAIN, TEMPERATURE = 0.8, 2.0
# Keeps the exponential within the range of a float.
MAX_LOGIT = 30.0
READER = "reader"


class Rerank:
    """Adds the reader's score to the first hits and keeps what it says of each; does nothing without a reader."""

    def __init__(
        self,
        contents: GenerationContents,
        reader: Reader | None,
        gain: float = GAIN,
        max_characters: int = MAX_CHARACTERS,
        every_language: bool = False,
    ) -> None:
        """Read nothing yet; an ablation gives another ``gain``, or more characters and with them passages.

        ``every_language``: have the reader read languages that it was not trained on, too.
        """
        self._passages, self._reader = contents.passages, reader
        self._gain, self._max_characters, self._every_language = gain, max_characters, every_language

    def __call__(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """Return the same hits, best first, ties by position; in the same order if the reader fails."""
        if self._reader is None or not hits:
            return hits
        texts = self._select_texts(hits)
        first, rest = hits[: len(texts)], hits[len(texts) :]
        # The engine reports a failed reader as degraded.
        readings = call_leg(READER, self._read_texts, self._reader, query, texts)
        if readings is None:
            return [*(replace(hit, unread=READER) for hit in first), *rest]
        gains = [self._measure_gain(reading) for reading in readings if reading]
        # Neither above nor below the passages that were read, on average.
        mean = fmean(gains) if gains else 0.0
        read = [
            replace(hit, score=hit.score + self._measure_gain(reading), reading=reading)
            if reading
            else replace(hit, score=hit.score + mean, unread=UNREAD_LANGUAGE)
            for hit, reading in zip(first, readings, strict=True)
        ]
        return [*sorted(read, key=lambda hit: (-hit.score, hit.passage)), *rest]

    def _select_texts(self, hits: list[Hit]) -> list[tuple[str, str]]:
        """Return the context and the text of as many first passages as may be read."""
        first = hits[: MAX_PASSAGES * self._max_characters // MAX_CHARACTERS]
        texts = [(self._passages.get_context(hit.passage), self._passages.get_text(hit.passage)) for hit in first]
        sizes = accumulate(len(text) for _, text in texts)
        return texts[: max(1, sum(size <= self._max_characters for size in sizes))]

    def _read_texts(self, reader: Reader, query: Query, texts: Sequence[tuple[str, str]]) -> list[Reading | None]:
        """Return the reading of each text; None if the reader does not read its language or the question's."""
        rows = [row for row, (_, text) in enumerate(texts) if self._every_language or can_read(reader, text)]
        if not rows or not (self._every_language or can_read(reader, query.question)):
            return [None] * len(texts)
        readings = dict(zip(rows, reader.read(query.searched_as, [texts[row] for row in rows]), strict=True))
        return [readings.get(row) for row in range(len(texts))]

    def _measure_gain(self, reading: Reading) -> float:
        logit = max(-MAX_LOGIT, min(MAX_LOGIT, reading.relevance)) / TEMPERATURE
        return self._gain / (1 + exp(-logit))

"""Reranking: the reader reads the first passages together with the question, which is slow and sees most.

Nogueira & Cho 2019, "Passage Re-ranking with BERT". The reader's score is added to the fused
score and is never negative, so a passage that was not read stays below all that were. Measured
rows: ``docs/quality.md``.
"""

from dataclasses import replace
from itertools import accumulate
from math import exp

from index.generation.generation import GenerationContents
from qa.ranking.fusion import Hit
from qa.ranking.retriever import call_leg
from qa.types import Query, Reader, Reading

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
    ) -> None:
        """Read nothing yet; an ablation gives another ``gain``, or more characters and with them passages."""
        self._passages, self._reader = contents.passages, reader
        self._gain, self._max_characters = gain, max_characters

    def __call__(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """Return the same hits, best first, ties by position; unchanged if the reader fails."""
        if self._reader is None or not hits:
            return hits
        # A failed reader gives no readings: the hits stay as they were, and the engine reports it as degraded.
        readings = call_leg(READER, self._reader.read, query.searched_as, self._select_texts(hits)) or []
        read = [self._add_reading(hit, reading) for hit, reading in zip(hits, readings, strict=False)]
        return [*sorted(read, key=lambda hit: (-hit.score, hit.passage)), *hits[len(read) :]]

    def _select_texts(self, hits: list[Hit]) -> list[tuple[str, str]]:
        """Return the context and the text of as many first passages as may be read."""
        first = hits[: MAX_PASSAGES * self._max_characters // MAX_CHARACTERS]
        texts = [(self._passages.get_context(hit.passage), self._passages.get_text(hit.passage)) for hit in first]
        sizes = accumulate(len(text) for _, text in texts)
        return texts[: max(1, sum(size <= self._max_characters for size in sizes))]

    def _add_reading(self, hit: Hit, reading: Reading) -> Hit:
        logit = max(-MAX_LOGIT, min(MAX_LOGIT, reading.relevance)) / TEMPERATURE
        return replace(hit, score=hit.score + self._gain / (1 + exp(-logit)), reading=reading)

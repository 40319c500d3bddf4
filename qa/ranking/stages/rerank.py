"""The first passages read together with the question, which is dear and sees more than words and vectors.

Nogueira & Cho 2019, "Passage Re-ranking with BERT". What the reader finds is added to the fused score
and never taken away, so a passage that was not read stays below all that were. Measured rows:
``docs/quality.md``.
"""

import logging
from dataclasses import replace
from itertools import accumulate
from math import exp

from qa.ranking.fusion import Hit
from qa.ranking.retriever import LEG_FAILURES
from qa.ranking.stages.parts import Parts
from qa.types import Query, Reading

DEPTH, MOST_CHARACTERS = 8, 2200
"""At most so many passages are read, and so many characters of them; the first is read whatever its length."""
GAIN, SOFTNESS = 0.8, 2.0
"""What a passage gains when the reader is certain of it, beside a score of about 2, and the logits' scale.

Flat around these: on questions that were not measured on (SQuAD, FairytaleQA) 0.8 and 1.2 differ by 0.002 nDCG.
"""
log = logging.getLogger(__name__)


class Reread:
    """Scores the first hits anew and keeps what the reader says of each; without a reader it does nothing."""

    def __init__(self, parts: Parts, gain: float = GAIN, most: int = MOST_CHARACTERS) -> None:
        """An ablation gives another ``gain``, or ``most`` characters and as many more passages."""
        self._reader, self._gain, self._most = parts.reader, gain, most
        self._texts = parts.texts

    def __call__(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """The same hits, best first, ties by position."""
        if self._reader is None or not hits:
            return hits
        try:
            readings = self._reader.read(query.searched_as, self._first(hits))
        except LEG_FAILURES:
            log.exception("the reader failed")
            return hits
        read = [self._scored(hit, reading) for hit, reading in zip(hits, readings, strict=False)]
        return [*sorted(read, key=lambda hit: (-hit.score, hit.passage)), *hits[len(read) :]]

    def _first(self, hits: list[Hit]) -> list[tuple[str, str]]:
        """Title and heading, and words, of as many as may be read."""
        first = hits[: DEPTH * self._most // MOST_CHARACTERS]
        texts = [(self._texts.context(hit.passage), self._texts.words(hit.passage)) for hit in first]
        sizes = accumulate(len(words) for _, words in texts)
        return texts[: max(1, sum(size <= self._most for size in sizes))]

    def _scored(self, hit: Hit, reading: Reading) -> Hit:
        logit = max(-30.0, min(30.0, reading.relevance)) / SOFTNESS
        return replace(hit, score=hit.score + self._gain / (1 + exp(-logit)), reading=reading)

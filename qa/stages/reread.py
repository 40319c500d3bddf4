"""The first passages read together with the question, which is dear and sees more than words and vectors.

Nogueira & Cho 2019, "Passage Re-ranking with BERT". What the reader finds is added to the fused score
and never taken away, so a passage that was not read stays below all that were. Measured rows:
``docs/quality.md``.
"""

import logging
from dataclasses import replace
from itertools import accumulate
from math import exp

from index.match_text import contexts
from qa.fuse import Hit
from qa.retrieve import LEG_FAILURES
from qa.stages.parts import Parts
from qa.types import Query, Reading

DEPTH, MOST_CHARACTERS = 8, 2200
"""At most so many passages are read, and so many characters of them; the first is read whatever its length."""
GAIN, SOFTNESS = 0.4, 2.0
"""What a passage gains when the reader is certain of it, beside a fused score of at most 1, and the logits' scale.

Flat around these: on FairytaleQA, SQuAD sentences and SciFact gains of 0.3 to 0.8 differ by less than 0.003 nDCG.
"""
log = logging.getLogger(__name__)


class Reread:
    """Scores the first hits anew and keeps what the reader says of each; without a reader it does nothing."""

    def __init__(self, parts: Parts, gain: float = GAIN, most: int = MOST_CHARACTERS) -> None:
        """Looks up each passage's text when it is read; an ablation gives another ``gain`` or ``most`` characters."""
        self._reader, self._gain, self._most = parts.reader, gain, most
        self._passages = parts.contents.passages
        self._contexts = contexts(parts.contents.documents, parts.contents.passages)
        self._texts = {document.id: document.text for document in parts.contents.documents}

    def __call__(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """The same hits, best first, ties by position."""
        if self._reader is None or not hits:
            return hits
        texts = [self._text(hit) for hit in hits[: DEPTH * self._most // MOST_CHARACTERS]]
        sizes = accumulate(len(words) for _, words in texts)
        few = texts[: max(1, sum(size <= self._most for size in sizes))]
        try:
            readings = self._reader.read(query.read_as, few)
        except LEG_FAILURES:
            log.exception("the reader failed")
            return hits
        read = [self._scored(hit, reading) for hit, reading in zip(hits, readings, strict=False)]
        return [*sorted(read, key=lambda hit: (-hit.score, hit.passage)), *hits[len(read) :]]

    def _text(self, hit: Hit) -> tuple[str, str]:
        passage = self._passages[hit.passage]
        return self._contexts[hit.passage], self._texts[passage.document][passage.start : passage.end]

    def _scored(self, hit: Hit, reading: Reading) -> Hit:
        logit = max(-30.0, min(30.0, reading.relevance)) / SOFTNESS
        return replace(hit, score=hit.score + self._gain / (1 + exp(-logit)), reading=reading)

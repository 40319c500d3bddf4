"""Which words of a passage answer, and which sentences: the evidence that is marked."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.text.analyzer import Analyzer
from index.types import Passage, Span, Vectors
from qa.ranking.fusion import Hit
from qa.ranking.idf import Rarity
from qa.ranking.retriever import Retriever
from qa.ranking.stages.parts import Parts
from qa.types import Query, Reading

MEANING = 0.5
"""Weight of a sentence's cosine beside its share of the question's words."""
Scores = NDArray[np.float32]
ALSO = 0.97
"""A further sentence is evidence too when it scores this share of the best one."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentences of one passage that answer, best first; ``answer`` are the words, where they are known."""

    spans: tuple[Span, ...]
    answer: Span | None = None


class Marker:
    """Chooses evidence by the reader's words, the vectors of the sentences, which the store has, and their words."""

    def __init__(self, parts: Parts, retriever: Retriever, words: Analyzer, rarity: Rarity) -> None:
        """All of one generation."""
        self._contents = parts.contents
        self._texts = parts.texts
        self._retriever = retriever
        self._words = words
        self._rarity = rarity

    def mark(self, query: Query, hit: Hit) -> Evidence:
        """The evidence of one hit; its spans are never empty, and hold the answer where there is one."""
        passage = self._contents.passages[hit.passage]
        answer = _answer(passage, hit.reading)
        # A heading is of the passage and of none of its sentences; it is what is asked about, not what answers.
        holding = tuple(s for s in passage.sentences if answer and s.overlaps(answer))
        return Evidence(holding, answer) if holding else Evidence(self._likeliest(query, hit))

    def _likeliest(self, query: Query, hit: Hit) -> tuple[Span, ...]:
        """By vectors and words alone."""
        passage = self._contents.passages[hit.passage]
        cosines = self._cosines(passage, hit.passage, query.vector)
        covered = [self._coverage(query, text) for text in self._texts.slices(hit.passage, passage.sentences)]
        scores = MEANING * cosines + (1 - MEANING) * np.array(covered)
        best = int(np.argmax(scores))
        order = sorted(range(len(scores)), key=lambda i: -scores[i])
        chosen = [i for i in order if i == best or scores[i] >= ALSO * scores[best] > 0][:2]
        return tuple(passage.sentences[i] for i in chosen)

    def _coverage(self, query: Query, sentence: str) -> float:
        return self._rarity.coverage(query.asked, frozenset(self._words(sentence)))

    def _cosines(self, passage: Passage, position: int, vector: Vectors | None) -> Scores:
        """Of each sentence with the question; zeros where there is no vector."""
        if vector is None:
            return np.zeros(len(passage.sentences), dtype=np.float32)
        units = self._retriever.units_of(position)
        edges = self._contents.units[units.start : units.stop, 1:].tolist()
        spans = {(start, end): unit for unit, (start, end) in zip(units, edges, strict=True)}
        rows = [spans[(sentence.start, sentence.end)] for sentence in passage.sentences]
        return np.asarray(self._contents.store.vectors(rows) @ vector, dtype=np.float32)


def _answer(passage: Passage, reading: Reading | None) -> Span | None:
    if reading is None or reading.span is None:
        return None
    return Span(passage.start + reading.span.start, passage.start + reading.span.end)

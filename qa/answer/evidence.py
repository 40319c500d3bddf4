"""Which words and sentences of a passage answer: the evidence that is marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.generation.generation import GenerationContents
from index.text.analyzer import Analyzer
from index.types import Passage, Span
from qa.answer.span_borders import tidy_span
from qa.ranking.fusion import Hit
from qa.ranking.idf import IdfWeights
from qa.types import Query

# Weight of a sentence's cosine beside its coverage of the question's terms.
COSINE_WEIGHT = 0.5
# A second sentence is evidence too if it scores this share of the best one.
MIN_SECOND_SHARE = 0.97


@dataclass(frozen=True, slots=True)
class Evidence:
    """A hit and the sentences of its passage that answer, best first.

    ``answer`` is the span of the very words in the document, and ``words`` are these; None and "" if not known.
    """

    hit: Hit
    sentences: tuple[Span, ...]
    answer: Span | None = None
    words: str = ""

    @property
    def sentence(self) -> Span:
        """What is shown instead of the words: the sentences that hold them, or else the best sentence."""
        return Span(self.sentences[0].start, self.sentences[-1].end) if self.answer else self.sentences[0]


class EvidenceMarker:
    """Chooses evidence: the sentence with the reader's words, or else the one most similar to the question."""

    def __init__(self, contents: GenerationContents, analyzer: Analyzer, idf: IdfWeights) -> None:
        """Read nothing yet."""
        self._passages, self._units, self._store = contents.passages, contents.units, contents.store
        self._analyzer, self._idf = analyzer, idf

    def mark_evidence(self, query: Query, hits: Sequence[Hit]) -> list[Evidence]:
        """Return the evidence of each hit: the sentences that hold the answer, or else the best one or two.

        A passage's heading is part of no sentence: it says what the passage is about and does not answer.
        """
        marked = []
        for hit in hits:
            passage = self._passages[hit.passage]
            answer = self._find_answer(hit)
            sentences = tuple(sentence for sentence in passage.sentences if answer and sentence.overlaps(answer))
            if answer and sentences:
                words = self._passages.get_text(hit.passage)[answer.start - passage.start : answer.end - passage.start]
                marked.append(Evidence(hit, sentences, answer, words))
            else:
                marked.append(Evidence(hit, self._choose_sentences(query, passage, hit.passage)))
        return marked

    def _find_answer(self, hit: Hit) -> Span | None:
        """Return the reader's words, cut as the text wants it, as offsets in the document; no word of a heading."""
        if hit.reading is None or hit.reading.span is None:
            return None
        passage, text = self._passages[hit.passage], self._passages.get_text(hit.passage)
        tidy = tidy_span(text, hit.reading.span)
        sentences = [Span(s.start - passage.start, s.end - passage.start) for s in passage.sentences]
        held = [sentence for sentence in sentences if tidy and sentence.overlaps(tidy)]
        if tidy is None or not held:
            return None
        # The reader may run a heading and the sentence below it together.
        border = Span(held[0].start, held[-1].end)
        if tidy.start < border.start or tidy.end > border.end:
            tidy = tidy_span(text, tidy, border)
        return Span(passage.start + tidy.start, passage.start + tidy.end) if tidy else None

    def _choose_sentences(self, query: Query, passage: Passage, position: int) -> tuple[Span, ...]:
        """Return the best sentence, and a second one if it is nearly as good, by vectors and words alone."""
        texts = self._passages.get_sentence_texts(position)
        coverages = [
            self._idf.measure_coverage(query.question_terms, frozenset(self._analyzer(text))) for text in texts
        ]
        cosines = self._compare_vectors(query, passage, position)
        scores = COSINE_WEIGHT * cosines + (1 - COSINE_WEIGHT) * np.array(coverages)
        best = int(np.argmax(scores))
        order = sorted(range(len(scores)), key=lambda i: -scores[i])
        chosen = [i for i in order if i == best or scores[i] >= MIN_SECOND_SHARE * scores[best] > 0][:2]
        return tuple(passage.sentences[i] for i in chosen)

    def _compare_vectors(self, query: Query, passage: Passage, position: int) -> NDArray[np.float32]:
        """Return the cosine of each sentence with the question; zeros if the question has no vector."""
        if query.vector is None:
            return np.zeros(len(passage.sentences), dtype=np.float32)
        first, last = np.searchsorted(self._units[:, 0], [position, position + 1]).tolist()
        # Every sentence is a unit, so that its vector is in the store already.
        unit_of = {(start, end): first + i for i, (start, end) in enumerate(self._units[first:last, 1:].tolist())}
        rows = [unit_of[sentence.start, sentence.end] for sentence in passage.sentences]
        return np.asarray(self._store.vectors(rows) @ query.vector, dtype=np.float32)

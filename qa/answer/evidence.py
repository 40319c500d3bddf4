"""Which words and sentences of a passage answer: the evidence that is marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise

import numpy as np

from index.generation.generation import GenerationContents
from index.text.analyzer import Analyzer
from index.types import Span
from qa.answer.span_borders import tidy_span
from qa.ranking.fusion import Hit
from qa.ranking.idf import IdfWeights
from qa.ranking.retriever import call_leg
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
        answered = [self._mark_answer(hit) for hit in hits]
        others = [hit.passage for hit, evidence in zip(hits, answered, strict=True) if evidence is None]
        chosen = self._choose_sentences(query, others)
        return [evidence or Evidence(hit, next(chosen)) for hit, evidence in zip(hits, answered, strict=True)]

    def _mark_answer(self, hit: Hit) -> Evidence | None:
        """Return the sentences that hold the reader's words, or None if there are no such words."""
        answer = self._find_answer(hit)
        passage = self._passages[hit.passage]
        sentences = tuple(sentence for sentence in passage.sentences if answer and sentence.overlaps(answer))
        if answer is None or not sentences:
            return None
        words = self._passages.get_text(hit.passage)[answer.start - passage.start : answer.end - passage.start]
        return Evidence(hit, sentences, answer, words)

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

    def _choose_sentences(self, query: Query, positions: Sequence[int]) -> Iterator[tuple[Span, ...]]:
        """Yield for each passage its best sentence, and a second one if it is nearly as good, by vectors and words."""
        for position, cosines in zip(positions, self._compare_sentences(query, positions), strict=True):
            terms = (set(self._analyzer(text)) for text in self._passages.get_sentence_texts(position))
            coverages = self._idf.measure_coverages(query.question_terms, terms)
            scores = [
                COSINE_WEIGHT * cosine + (1 - COSINE_WEIGHT) * coverage
                for cosine, coverage in zip(cosines, coverages, strict=True)
            ]
            best, *others = sorted(range(len(scores)), key=lambda i: -scores[i])
            second = [i for i in others[:1] if scores[i] >= MIN_SECOND_SHARE * scores[best] > 0]
            sentences = self._passages[position].sentences
            yield tuple(sentences[i] for i in (best, *second))

    def _compare_sentences(self, query: Query, positions: Sequence[int]) -> Iterator[list[float]]:
        """Yield the cosine of each sentence of each passage with the question; zeros without vectors."""
        rows = self._find_sentence_units(positions)
        # All at once: each call costs more than the rows of a passage.
        wanted = [*chain.from_iterable(rows)]
        vectors = call_leg("evidence", self._store.vectors, wanted) if wanted and query.vector is not None else None
        if query.vector is None or vectors is None:
            yield from ([0.0] * len(of_passage) for of_passage in rows)
            return
        for first, last in pairwise(accumulate(map(len, rows), initial=0)):
            yield (vectors[first:last] @ query.vector).tolist()

    def _find_sentence_units(self, positions: Sequence[int]) -> list[list[int]]:
        """Return for each passage the units of its sentences: every sentence is one, so that it has a vector."""
        firsts, lasts = np.searchsorted(self._units[:, 0], [positions, [p + 1 for p in positions]]).tolist()
        found = []
        for position, first, last in zip(positions, firsts, lasts, strict=True):
            spans = self._units[first:last, 1:].tolist()
            unit_of = {(start, end): unit for unit, (start, end) in enumerate(spans, first)}
            found.append([unit_of[one.start, one.end] for one in self._passages[position].sentences])
        return found

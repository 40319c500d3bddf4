"""Ranked passages into the one ``Answer`` that everything shows."""

from index.generation.generation import Generation
from index.types import Span
from qa.answer.calibration import Judge, falling, reason
from qa.ranking.evidence import Evidence
from qa.ranking.fusion import Hit
from qa.ranking.ranker import Examined, Ranked
from qa.types import (
    Answer,
    AnswerPassage,
    AnswerText,
    Explanation,
    Leg,
    Quote,
    Reason,
    Request,
    Retrieval,
    Source,
    Status,
)


class Composer:
    """Knows where the texts are and how sure a passage makes us."""

    def __init__(self, generation: Generation, judge: Judge) -> None:
        """Reads nothing yet."""
        self._name = generation.manifest.generation
        self._passages, self._documents = generation.contents.passages, generation.contents.documents
        self._judge = judge

    def compose(self, request: Request, ranked: Ranked) -> Answer:
        """The answer to a request from what was ranked for it; how long it took is not known here."""
        scores = falling([self._judge.of(e.features).probability(e.features) for e in ranked.examined])
        shown = tuple(
            self._passage(rank, examined, score, request.explain)
            for rank, (examined, score) in enumerate(zip(ranked.examined, scores, strict=True), 1)
        )
        confidence = scores[0] if scores else 0.0
        status = self._judge.of(ranked.examined[0].features).status(confidence) if scores else Status.NOT_FOUND
        return Answer(
            question=request.question.strip(),
            searched_as=ranked.query.searched_as,
            status=status,
            confidence=confidence,
            reason=reason(status, ranked.unknown) if scores else _why_empty(request),
            answer=None if status is Status.NOT_FOUND else _answer(shown[0], ranked.examined[0].evidence),
            passages=shown,
            retrieval=self._retrieval(ranked),
            took_ms=0.0,
        )

    def _passage(self, rank: int, examined: Examined, score: float, explain: bool) -> AnswerPassage:
        position = examined.hit.passage
        passage = self._passages[position]
        return AnswerPassage(
            rank=rank,
            id=passage.id,
            score=score,
            text=self._passages.get_text(position),
            heading=passage.heading,
            document=self._source(passage.document, self._passages.find_document(position)),
            start=passage.start,
            end=passage.end,
            evidence=examined.evidence.spans,
            kind=passage.kind,
            page=passage.page,
            explanation=_explanation(examined) if explain else None,
        )

    def _source(self, id: str, position: int) -> Source:
        return Source(id, self._documents.titles[position], self._documents.get_sha256(position))

    def _retrieval(self, ranked: Ranked) -> Retrieval:
        legs = tuple(Leg(found.leg, found.ran, len(found.scores)) for found in ranked.retrieved.legs)
        return Retrieval(legs, ranked.degraded, self._name)


def _answer(best: AnswerPassage, evidence: Evidence) -> AnswerText:
    """The words of the first passage that answer, else its best sentence, the shortest we can point at."""
    holding = Span(evidence.spans[0].start, evidence.spans[-1].end) if evidence.answer else evidence.spans[0]
    quote, sentence = _quote(best, evidence.answer or holding), _quote(best, holding)
    return AnswerText(quote.text, best.document.id, quote.start, quote.end, sentence)


def _quote(passage: AnswerPassage, span: Span) -> Quote:
    return Quote(passage.text[span.start - passage.start : span.end - passage.start], span.start, span.end)


def _explanation(examined: Examined) -> Explanation:
    hit: Hit = examined.hit
    return Explanation(hit.dense, examined.dense_rank, hit.lexical, examined.lexical_rank, hit.score)


def _why_empty(request: Request) -> Reason:
    return Reason.FILTERED_OUT if request.documents else Reason.EMPTY_INDEX

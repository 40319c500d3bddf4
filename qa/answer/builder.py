"""Building the one ``Answer`` that the API, the page, the terminal and the evaluation all show."""

from collections.abc import Sequence

from index.generation.generation import Generation
from index.types import Span
from qa.answer.calibration import Confidence
from qa.ranking.evidence import Evidence
from qa.types import (
    Answer,
    AnswerPassage,
    AnswerText,
    Explanation,
    Query,
    Quote,
    Reason,
    Request,
    Retrieval,
    Source,
    Status,
)


class AnswerBuilder:
    """Builds answers from the evidence in one generation."""

    def __init__(self, generation: Generation) -> None:
        """Read nothing yet."""
        self._passages, self._documents = generation.contents.passages, generation.contents.documents

    def build_answer(
        self, query: Query, evidence: Sequence[Evidence], confidence: Confidence, retrieval: Retrieval
    ) -> Answer:
        """Return the answer; how long it took is not known here."""
        request = query.request
        passages = tuple(
            self._build_passage(rank, one, score, request.explain)
            for rank, (one, score) in enumerate(zip(evidence, confidence.scores, strict=True), 1)
        )
        not_found = confidence.status is Status.NOT_FOUND
        return Answer(
            question=request.question.strip(),
            searched_as=query.searched_as,
            status=confidence.status,
            confidence=confidence.scores[0] if passages else 0.0,
            reason=confidence.reason if passages else _explain_emptiness(request),
            answer=None if not_found else _select_words(passages[0], evidence[0]),
            passages=passages,
            retrieval=retrieval,
            took_ms=0.0,
        )

    def _build_passage(self, rank: int, evidence: Evidence, score: float, explain: bool) -> AnswerPassage:
        hit = evidence.hit
        passage, document = self._passages[hit.passage], self._passages.find_document(hit.passage)
        return AnswerPassage(
            rank=rank,
            id=passage.id,
            score=score,
            text=self._passages.get_text(hit.passage),
            heading=passage.heading,
            document=Source(passage.document, self._documents.titles[document], self._documents.get_sha256(document)),
            start=passage.start,
            end=passage.end,
            evidence=evidence.sentences,
            kind=passage.kind,
            page=passage.page,
            explanation=Explanation(hit.dense, hit.dense_rank, hit.lexical, hit.lexical_rank, hit.score)
            if explain
            else None,
        )


def _select_words(best: AnswerPassage, evidence: Evidence) -> AnswerText:
    """Return the words of the first passage that answer, or else its best sentence, the shortest exact quotation."""
    sentences = evidence.sentences
    holding = Span(sentences[0].start, sentences[-1].end) if evidence.answer else sentences[0]
    quote, sentence = _cut_quote(best, evidence.answer or holding), _cut_quote(best, holding)
    return AnswerText(quote.text, best.document.id, quote.start, quote.end, sentence)


def _cut_quote(passage: AnswerPassage, span: Span) -> Quote:
    return Quote(passage.text[span.start - passage.start : span.end - passage.start], span.start, span.end)


def _explain_emptiness(request: Request) -> Reason:
    return Reason.FILTERED_OUT if request.documents else Reason.EMPTY_INDEX

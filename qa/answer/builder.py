"""Building the one ``Answer`` that the API, the page, the terminal and the evaluation all show."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from index.generation.generation import Generation
from index.types import Positions, Span
from qa.answer.calibration import Confidence
from qa.answer.enumeration import split_enumeration
from qa.answer.evidence import Evidence
from qa.answer.words import WordsChoice
from qa.ranking.filters import match_documents
from qa.ranking.retrieval import Retrieval
from qa.types import (
    MAX_COPIES,
    Answer,
    AnswerKind,
    AnswerPassage,
    AnswerText,
    Explanation,
    PassageCopy,
    Query,
    QuestionForm,
    Quote,
    Reason,
    Request,
    Source,
)

# Documents whose sources are remembered: several passages of one answer are often of the same one.
RECENT_DOCUMENTS = 256
NO_COPIES = np.empty(0, dtype=np.int64)


class AnswerBuilder:
    """Builds answers from the evidence in one generation."""

    def __init__(self, generation: Generation) -> None:
        """Read nothing yet."""
        self._passages, self._documents = generation.contents.passages, generation.contents.documents
        self._get_source = lru_cache(maxsize=RECENT_DOCUMENTS)(self._build_source)

    def build_answer(
        self,
        query: Query,
        evidence: Sequence[Evidence],
        confidence: Confidence,
        words: WordsChoice | None,
        retrieval: Retrieval,
    ) -> Answer:
        """Return the answer; ``words`` is what is shown of the first passage. How long it took is not known here."""
        request = query.request
        copies = self._find_copies([one.hit.passage for one in evidence], request)
        passages = tuple(
            self._build_passage(rank, one, score, copies.get(one.hit.passage, NO_COPIES), request.explain)
            for rank, (one, score) in enumerate(zip(evidence, confidence.scores, strict=True), 1)
        )
        return Answer(
            question=request.question.strip(),
            searched_as=query.searched_as,
            status=confidence.status,
            confidence=confidence.scores[0] if passages else 0.0,
            reason=confidence.reason if passages else _explain_emptiness(request),
            answer=_quote_words(passages[0], evidence[0], words, query) if words else None,
            passages=passages,
            retrieval=retrieval,
            took_ms=0.0,
        )

    def _build_passage(
        self, rank: int, evidence: Evidence, score: float, copies: Positions, explains: bool
    ) -> AnswerPassage:
        hit = evidence.hit
        passage = self._passages[hit.passage]
        return AnswerPassage(
            rank=rank,
            id=passage.id,
            score=score,
            text=self._passages.get_text(hit.passage),
            heading=passage.heading,
            document=self._get_source(self._passages.find_document(hit.passage)),
            start=passage.start,
            end=passage.end,
            evidence=evidence.sentences,
            kind=passage.kind,
            page=passage.page,
            location=passage.location,
            copies=self._build_copies(hit.passage, copies[:MAX_COPIES]),
            copies_total=len(copies),
            explanation=Explanation(hit.dense, hit.dense_rank, hit.lexical, hit.lexical_rank, hit.score)
            if explains
            else None,
        )

    def _find_copies(self, positions: Sequence[int], request: Request) -> dict[int, Positions]:
        """Return the copies and near copies that the filter of the request allows, of each passage that has any."""
        repeated = self._passages.choose_repeated(np.array(positions, dtype=np.int64)).tolist()
        # Patterns are matched against every id: not if no passage has copies, as most have none.
        allowed = match_documents(self._documents, request.selection) if repeated else None
        found = {}
        for position in repeated:
            copies = self._passages.find_copies(position)
            copies = copies[copies != position]
            if allowed is not None:
                copies = copies[np.isin(self._passages.find_documents(copies), allowed)]
            found[position] = copies
        return found

    def _build_copies(self, position: int, copies: Positions) -> tuple[PassageCopy, ...]:
        if not len(copies):
            return ()
        first, *firsts = self._passages.find_first_same([position, *copies.tolist()]).tolist()
        shown = zip(copies.tolist(), (self._passages[copy] for copy in copies.tolist()), firsts, strict=True)
        return tuple(
            PassageCopy(
                passage.id,
                self._get_source(self._passages.find_document(copy)),
                passage.start,
                passage.end,
                identical=same == first,
            )
            for copy, passage, same in shown
        )

    def _build_source(self, document: int) -> Source:
        return Source(
            self._documents.ids[document],
            self._documents.titles[document],
            self._documents.get_sha256(document),
            self._documents.get_date(document),
        )


def _quote_words(best: AnswerPassage, evidence: Evidence, words: WordsChoice, query: Query) -> AnswerText:
    """Return the words of the first passage that answer, or their sentence, as exact quotations."""
    shown = evidence.answer if evidence.answer and words.kind is AnswerKind.SPAN else evidence.sentence
    quote, sentence = _cut_quote(best, shown), _cut_quote(best, evidence.sentence)
    spans: tuple[Quote, ...] = (quote,)
    if words.kind is AnswerKind.SPAN and query.form is QuestionForm.LIST:
        place = Span(shown.start - best.start, shown.end - best.start)
        parts = split_enumeration(best.text, place, query.question)
        spans = tuple(_cut_quote(best, Span(best.start + p.start, best.start + p.end)) for p in parts)
    return AnswerText(
        quote.text, best.document.id, quote.start, quote.end, sentence, words.kind, words.confidence, spans
    )


def _cut_quote(passage: AnswerPassage, span: Span) -> Quote:
    return Quote(passage.text[span.start - passage.start : span.end - passage.start], span.start, span.end)


def _explain_emptiness(request: Request) -> Reason:
    return Reason.FILTERED_OUT if request.selection else Reason.EMPTY_INDEX

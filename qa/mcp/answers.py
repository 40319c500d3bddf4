"""An ``Answer`` as the tools show it: in few words, or with everything that is known."""

from collections.abc import Sequence
from typing import Any

from index.types import Span
from qa.mcp.results import AskResult, CopyPlace, Excerpt, FoundPassage, SearchResult, SearchScope
from qa.mcp.session import Link
from qa.types import Answer, AnswerKind, AnswerPassage, AnswerText, PassageCopy, Quote, Reason, Status

# Nearest passages of a question without an answer: enough to ask better, or to see that it is not there.
SHOWN_CLOSEST = 3


class AnswerView:
    """Shows one answer. ``link`` leads to a place in a document; ``documents`` is how many were searched."""

    def __init__(self, answer: Answer, detail: bool, link: Link, documents: int) -> None:
        """Keep what is shown."""
        self._answer, self._detail, self._link = answer, detail, link
        self._documents = documents

    def show_answer(self) -> AskResult:
        """Return the result of ``ask``."""
        answer = self._answer
        if answer.status is Status.NOT_FOUND:
            shown = AskResult(
                status=answer.status,
                confidence=round(answer.confidence, 4),
                reason=answer.reason,
                searched=self._describe_search(),
                closest=self.show_passages(self._closest()),
            )
        else:
            shown = self._show_found(answer)
        notes: dict[str, Any] = {
            "degraded": list(answer.retrieval.degraded) or None,
            "searched_as": self._changed_question(),
        }
        if self._detail:
            notes |= {
                "kind": answer.answer.kind if answer.answer else None,
                "generation": answer.retrieval.generation,
                "passages": self.show_passages(answer.passages),
            }
        return shown.model_copy(update=notes)

    def show_search(self) -> SearchResult:
        """Return the result of ``search``."""
        answer = self._answer
        return SearchResult(
            status=answer.status,
            reason=answer.reason,
            passages=self.show_passages(answer.passages),
            searched=self._describe_search() if answer.status is Status.NOT_FOUND else None,
            degraded=list(answer.retrieval.degraded) or None,
            searched_as=self._changed_question(),
            generation=answer.retrieval.generation if self._detail else None,
        )

    def show_passages(self, passages: Sequence[AnswerPassage]) -> list[FoundPassage]:
        """Return passages, each whole in detail, else only the sentences that answer best."""
        return [self._show_whole(passage) if self._detail else self._show_evidence(passage) for passage in passages]

    def _show_found(self, answer: Answer) -> AskResult:
        headline, best = answer.headline, answer.passages[0]
        source = best
        if headline:
            source = next((one for one in answer.passages if _holds(one, headline)), best)
        words = headline.spans or (headline,) if headline and headline.kind is AnswerKind.SPAN else ()
        quotation = headline.sentence if headline else best
        place = words[0] if words else quotation
        return AskResult(
            status=answer.status,
            confidence=round(answer.shown_confidence, 4),
            reason=answer.reason,
            words=[_excerpt(one) for one in words] or None,
            quotation=_excerpt(quotation),
            document=source.document.id,
            collection=source.collection,
            title=source.document.title or None,
            link=self._link(source.document.id, Span(place.start, place.end), source.collection),
        )

    def _show_evidence(self, passage: AnswerPassage) -> FoundPassage:
        span = Span(passage.start, passage.end)
        if passage.evidence:
            span = Span(min(one.start for one in passage.evidence), max(one.end for one in passage.evidence))
        cut = _cut(passage, span)
        return FoundPassage(
            text=cut.text,
            start=cut.start,
            end=cut.end,
            document=passage.document.id,
            score=round(passage.score, 4),
            heading=passage.heading,
            link=self._link(passage.document.id, span, passage.collection),
            collection=passage.collection,
        )

    def _show_whole(self, passage: AnswerPassage) -> FoundPassage:
        source = passage.document
        return FoundPassage(
            text=passage.text,
            start=passage.start,
            end=passage.end,
            document=source.id,
            score=round(passage.score, 4),
            heading=passage.heading,
            link=self._link(source.id, Span(passage.start, passage.end), passage.collection),
            collection=passage.collection,
            id=passage.id,
            title=source.title,
            sha256=source.sha256,
            date=source.date,
            kind=passage.kind,
            page=passage.page,
            location=passage.location,
            evidence=[_cut(passage, span) for span in passage.evidence],
            copies=[_show_copy(copy) for copy in passage.copies] or None,
        )

    def _closest(self) -> Sequence[AnswerPassage]:
        # What is closest to "thanks!" helps nobody. In detail all passages are listed anyway.
        hidden = self._detail or self._answer.reason is Reason.NO_CONTENT_WORDS
        return () if hidden else self._answer.passages[:SHOWN_CLOSEST]

    def _describe_search(self) -> SearchScope:
        return SearchScope(documents=self._documents, question=self._answer.searched_as)

    def _changed_question(self) -> str | None:
        """Return what was searched if it is not what was asked, so that nobody wonders about the answer."""
        answer = self._answer
        is_told = answer.status is Status.NOT_FOUND
        return None if is_told or answer.searched_as == answer.question else answer.searched_as


def _holds(passage: AnswerPassage, text: AnswerText) -> bool:
    is_same = (passage.document.id, passage.collection) == (text.document, text.collection)
    return is_same and passage.start <= text.start and text.end <= passage.end


def _show_copy(copy: PassageCopy) -> CopyPlace:
    return CopyPlace(
        document=copy.document.id,
        start=copy.start,
        end=copy.end,
        collection=copy.collection,
        date=copy.document.date,
        near=None if copy.identical else True,
    )


def _cut(passage: AnswerPassage, span: Span) -> Excerpt:
    text = passage.text[span.start - passage.start : span.end - passage.start]
    return Excerpt(text=text, start=span.start, end=span.end)


def _excerpt(place: Quote | AnswerText | AnswerPassage) -> Excerpt:
    return Excerpt(text=place.text, start=place.start, end=place.end)

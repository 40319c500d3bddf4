"""A question with its answer as the chat page shows it: links, citations and the request."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from flask import request as http_request
from flask import url_for

from index.generation.metadata_filter import Selection
from index.types import Span
from qa.answer.serialize import answer_json
from qa.collection.suggestions import Suggestion
from qa.rendering.renderer import Renderer
from qa.types import MAX_QUESTION_CHARS, Answer, AnswerPassage, PassageCopy, Reason, Request, Status
from qa.web.pages.filter_view import filter_body, filter_parameters
from qa.web.pages.quotations import HeadlineView, build_headline_view, render_passage
from qa.web.service import Service

# Digits of a document's SHA-256 in a citation: enough to distinguish two versions of the document.
HASH_DIGITS = 12
# Evidence of a passage less likely to answer is underlined faintly, and not marked beside that of likelier ones.
MIN_LIKELY_SCORE = 0.25


@dataclass(frozen=True, slots=True)
class SourceView:
    """A passage with its links: ``open`` marks all likely evidence of the answer, ``link`` that of this passage only.

    ``link`` carries the quotation, so that it is found again if the document has changed; ``citation`` is
    the same as text. ``copies`` are the other places with the same text, each with its link. ``html`` is the passage
    as its format shows it, and None if its text is shown as it is.
    """

    passage: AnswerPassage
    evidence: tuple[Span, ...]
    open: str
    link: str
    citation: str
    copies: tuple[tuple[PassageCopy, str], ...]
    heading: str | None
    html: str | None

    @property
    def likely(self) -> bool:
        """Whether the evidence is marked like an answer."""
        return self.passage.score >= MIN_LIKELY_SCORE


@dataclass(frozen=True, slots=True)
class TurnView:
    """Everything that the template shows. ``link`` repeats the request.

    ``literal_link`` searches the words as typed; None if that is what was searched. ``headline`` is that of the answer
    as its format shows it, and None if its text is shown as it is.
    """

    request: dict[str, Any]
    answer: Answer
    json: dict[str, Any]
    sources: tuple[SourceView, ...]
    suggestions: Sequence[Suggestion]
    link: str
    literal_link: str | None
    curl: str
    headline: HeadlineView | None

    @property
    def found(self) -> bool:
        """Whether anything may be marked: without an answer, the closest sentences are no evidence."""
        return self.answer.status is not Status.NOT_FOUND


def build_turn_view(service: Service, request: Request, answer: Answer) -> TurnView:
    """Build the view of an answer; needs the context of a request, whose address the links start with."""
    found = answer.status is not Status.NOT_FOUND
    # What is closest to "thanks!" helps nobody.
    passages = () if answer.reason is Reason.NO_CONTENT_WORDS else answer.passages
    body = _build_body(request)
    return TurnView(
        request=body,
        answer=answer,
        json=answer_json(answer),
        sources=tuple(_build_source(service.renderer, passage, answer, found) for passage in passages),
        suggestions=() if found else service.suggestions.near_answer(answer),
        link=_link_to_turn(request, answer),
        literal_link=_link_to_question(request.question, request.selection, literal=True)
        if answer.searched_as != answer.question
        else None,
        curl=_format_curl(body),
        headline=build_headline_view(service.renderer, answer.headline) if answer.headline else None,
    )


def link_to_quotation(document: str, span: Span, quote: str) -> str:
    """Return the address, with its host, of the page that shows a quotation in its document."""
    return urljoin(http_request.host_url, _link_to_document(document, [span], span, quote))


def _build_body(request: Request) -> dict[str, Any]:
    """Return the request as a body of POST /v1/ask, without defaults."""
    turns = [{"question": turn.question, "answer": turn.answer} for turn in request.history]
    body: dict[str, Any] = {"question": request.question}
    body |= {"history": turns} if turns else {}
    body |= {"filter": filter_body(request.selection)} if request.selection else {}
    return body | ({"literal": True} if request.literal else {})


def _link_to_turn(request: Request, answer: Answer) -> str:
    # A follow-up means nothing without its conversation, so its link asks what was searched, if that is short enough.
    use_search = request.history and len(answer.searched_as) <= MAX_QUESTION_CHARS
    question = answer.searched_as if use_search else request.question
    return _link_to_question(question, request.selection, literal=request.literal)


def _link_to_question(question: str, chosen: Selection, literal: bool) -> str:
    parameters = filter_parameters(chosen)
    return url_for("pages.ask", q=question, literal="true" if literal else None, **parameters)  # type: ignore[arg-type]


def _format_curl(body: dict[str, Any]) -> str:
    url = url_for("api.ask", _external=True)
    data = json.dumps(body, ensure_ascii=False)
    return f"curl {shlex.quote(url)} -H 'Content-Type: application/json' -d {shlex.quote(data)}"


def _build_source(renderer: Renderer, passage: AnswerPassage, answer: Answer, found: bool) -> SourceView:
    evidence = passage.evidence if found else ()
    first = evidence[0] if evidence else Span(passage.start, passage.end)
    quote = passage.text[first.start - passage.start : first.end - passage.start]
    marked = _evidence_in_document(passage, answer) if evidence else [first]
    return SourceView(
        passage=passage,
        evidence=evidence,
        open=_link_to_document(passage.document.id, marked, first),
        link=_link_to_document(passage.document.id, [first], first, quote),
        citation=_format_citation(passage, first, quote),
        copies=tuple((copy, _link_to_copy(copy)) for copy in passage.copies),
        heading=renderer.render_heading(passage.document.id, passage.heading) if passage.heading else None,
        html=render_passage(renderer, passage.document.id, Span(passage.start, passage.end), evidence),
    )


def _evidence_in_document(passage: AnswerPassage, answer: Answer) -> list[Span]:
    """Return the evidence of a passage and of all likely passages of its document, in the order of the text."""
    shown = [
        other
        for other in answer.passages
        if other.document.id == passage.document.id and (other is passage or other.score >= MIN_LIKELY_SCORE)
    ]
    return sorted((span for other in shown for span in other.evidence), key=lambda span: span.start)


def _link_to_document(document: str, spans: Sequence[Span], first: Span, quote: str = "") -> str:
    """Return the link to a document with ``spans`` marked, scrolled to ``first``."""
    marked = [f"{span.start}-{span.end}" for span in spans]
    anchor = f"{first.start}-{first.end}"
    return url_for("pages.document", id=document, at=marked, quote=quote or None, _anchor=anchor)


def _link_to_copy(copy: PassageCopy) -> str:
    span = Span(copy.start, copy.end)
    return _link_to_document(copy.document.id, [span], span)


def _format_citation(passage: AnswerPassage, span: Span, quote: str) -> str:
    source = passage.document
    parts = [
        source.title or source.id,
        passage.heading,
        passage.location,
        f"{source.id}, characters {span.start}–{span.end}",
    ]
    version = source.sha256[:HASH_DIGITS]
    return f"“{' '.join(quote.split())}” ({' · '.join(part for part in parts if part)}, SHA-256 {version}…)"

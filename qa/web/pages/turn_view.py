"""A question with its answer as the chat page shows it: links, citations and the request."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any
from urllib.parse import urljoin

from flask import request as http_request
from flask import url_for

from index.types import Span
from qa.answer.serialize import answer_json
from qa.collection.topics import MAX_TOPICS
from qa.types import MAX_QUESTION_CHARS, Answer, AnswerPassage, PassageCopy, Reason, Request, Status
from qa.web.pages.collection_chooser import is_searched
from qa.web.pages.filter_view import filter_body, filter_parameters
from qa.web.pages.quotations import HeadlineView, build_headline_view, render_passage, write_snippet
from qa.web.service import Service

# Digits of a document's SHA-256 in a citation: enough to distinguish two versions of the document.
HASH_DIGITS = 12
# Evidence of a passage less likely to answer is underlined faintly, and not marked beside that of likelier ones.
MIN_LIKELY_SCORE = 0.25
# Passages that are shown in a line each if none answers.
MAX_CLOSEST = 3


@dataclass(frozen=True, slots=True)
class SourceView:
    """A passage with its links: ``open`` marks all likely evidence of the answer, ``link`` that of this passage only.

    ``link`` carries the quotation, so that it is found again if the document has changed; ``citation`` is
    the same as text. ``copies`` are the other places with the same text, each with its link. ``html`` is the passage
    as its format shows it, and None if its text is shown as it is. ``snippet`` is the beginning of its evidence in
    plain text.
    """

    passage: AnswerPassage
    evidence: tuple[Span, ...]
    open: str
    link: str
    citation: str
    copies: tuple[tuple[PassageCopy, str], ...]
    heading: str | None
    html: str | None
    snippet: str
    # The title of its collection, if there are several.
    collection: str | None

    @property
    def likely(self) -> bool:
        """Whether the evidence is marked like an answer."""
        return self.passage.score >= MIN_LIKELY_SCORE


@dataclass(frozen=True, slots=True)
class SearchedView:
    """What was searched: ``count`` of ``total`` documents in the collections ``where``, and the ``topics`` of these."""

    count: int
    total: int
    where: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TurnView:
    """Everything that the template shows. ``link`` repeats the request.

    ``lead`` is the source that the answer is from, None if nothing was found; ``sources`` are the others that are shown
    in a line, and ``unlikely`` those that are shown on request. ``searched`` is None if something was found, and
    ``follow_ups`` is the address of the questions to go on with. ``literal_link`` searches the words as typed; None if
    that is what was searched. ``headline`` is that of the answer as its format shows it, and None if its text is shown
    as it is.
    """

    request: dict[str, Any]
    answer: Answer
    json: dict[str, Any]
    lead: SourceView | None
    sources: tuple[SourceView, ...]
    unlikely: tuple[SourceView, ...]
    searched: SearchedView | None
    suggestions: Sequence[str]
    follow_ups: str | None
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
    chosen = service.choose(answer.collection)
    all_sources = [_build_source(service, passage, answer, found) for passage in passages]
    lead = _find_lead(all_sources, answer) if found else None
    others = [one for one in all_sources if one is not lead]
    # If nothing answers, none is likely, and the closest are shown.
    shown = [one for one in others if one.likely] if found else others[:MAX_CLOSEST]
    return TurnView(
        request=body,
        answer=answer,
        json=answer_json(answer),
        lead=lead,
        sources=tuple(shown),
        unlikely=tuple(one for one in others if one not in shown),
        searched=None if found else _describe_search(service, request),
        suggestions=() if found else chosen.suggestions.near_answer(_keep_own_passages(answer)),
        follow_ups=_link_to_follow_ups(lead, answer) if lead else None,
        link=_link_to_turn(request, answer),
        literal_link=_link_to_question(request.question, request, literal=True)
        if answer.searched_as != answer.question
        else None,
        curl=_format_curl(body),
        headline=build_headline_view(chosen.renderer, answer.headline) if answer.headline else None,
    )


def _find_lead(sources: Sequence[SourceView], answer: Answer) -> SourceView | None:
    """Return the source of the words that are shown, or the first."""
    first = sources[0] if sources else None
    words = answer.headline
    if words is None:
        return first
    place = words.document, answer.collection
    own = (one for one in sources if (one.passage.document.id, one.passage.collection) == place)
    return next((one for one in own if one.passage.start <= words.start < one.passage.end), first)


def _link_to_follow_ups(lead: SourceView, answer: Answer) -> str:
    passage, words = lead.passage, answer.headline
    place = words or (passage.evidence[0] if passage.evidence else passage)
    at = f"{place.start}-{place.end}"
    return url_for("pages.follow_ups", document=passage.document.id, at=at, collection=passage.collection)


def _describe_search(service: Service, request: Request) -> SearchedView:
    searched = [one for one in service.collections if is_searched(one.name, request.collections)]
    catalogs = [one.engine.catalog for one in searched]
    topics = chain.from_iterable(one.find_topics() for one in searched)
    return SearchedView(
        count=sum(catalog.count_documents(request.selection) for catalog in catalogs),
        total=sum(catalog.document_count for catalog in catalogs),
        where=", ".join(one.title for one in searched),
        topics=tuple(islice(topics, MAX_TOPICS)),
    )


def link_to_quotation(document: str, span: Span, quote: str, collection: str | None = None) -> str:
    """Return the address, with its host, of the page that shows a quotation in its document."""
    page = _DocumentPage(document, collection)
    return urljoin(http_request.host_url, page.link([span], span, quote))


def _keep_own_passages(answer: Answer) -> Answer:
    """Return the answer without the passages of other collections, whose documents may have the same ids."""
    own = tuple(passage for passage in answer.passages if passage.collection == answer.collection)
    return replace(answer, passages=own)


def _build_body(request: Request) -> dict[str, Any]:
    """Return the request as a body of POST /v1/ask, without defaults."""
    turns = [{"question": turn.question, "answer": turn.answer} for turn in request.history]
    body: dict[str, Any] = {"question": request.question}
    body |= {"history": turns} if turns else {}
    body |= {"filter": filter_body(request.selection)} if request.selection else {}
    body |= {"literal": True} if request.literal else {}
    return body | ({"collection": list(request.collections)} if request.collections else {})


def _link_to_turn(request: Request, answer: Answer) -> str:
    # A follow-up means nothing without its conversation, so its link asks what was searched, if that is short enough.
    use_search = request.history and len(answer.searched_as) <= MAX_QUESTION_CHARS
    question = answer.searched_as if use_search else request.question
    return _link_to_question(question, request, literal=request.literal)


def _link_to_question(question: str, asked: Request, literal: bool) -> str:
    parameters = filter_parameters(asked.selection)
    parameters |= {"collection": list(asked.collections)} if asked.collections else {}
    return url_for("pages.ask", q=question, literal="true" if literal else None, **parameters)  # type: ignore[arg-type]


def _format_curl(body: dict[str, Any]) -> str:
    url = url_for("api.ask", _external=True)
    data = json.dumps(body, ensure_ascii=False)
    return f"curl {shlex.quote(url)} -H 'Content-Type: application/json' -d {shlex.quote(data)}"


def _build_source(service: Service, passage: AnswerPassage, answer: Answer, found: bool) -> SourceView:
    chosen = service.choose(passage.collection)
    renderer, page = chosen.renderer, _DocumentPage(passage.document.id, passage.collection)
    evidence = passage.evidence if found else ()
    first = evidence[0] if evidence else Span(passage.start, passage.end)
    quote = passage.text[first.start - passage.start : first.end - passage.start]
    marked = _evidence_in_document(passage, answer) if evidence else [first]
    return SourceView(
        passage=passage,
        evidence=evidence,
        open=page.link(marked, first),
        link=page.link([first], first, quote),
        citation=_format_citation(passage, first, quote),
        copies=tuple((copy, _link_to_copy(copy)) for copy in passage.copies),
        heading=passage.heading,
        html=render_passage(renderer, passage.document.id, Span(passage.start, passage.end), evidence),
        snippet=write_snippet(renderer, passage.document.id, first, quote),
        collection=chosen.title if passage.collection else None,
    )


def _evidence_in_document(passage: AnswerPassage, answer: Answer) -> list[Span]:
    """Return the evidence of a passage and of all likely passages of its document, in the order of the text."""
    place = passage.document.id, passage.collection
    own = [other for other in answer.passages if (other.document.id, other.collection) == place]
    shown = [other for other in own if other is passage or other.score >= MIN_LIKELY_SCORE]
    return sorted((span for other in shown for span in other.evidence), key=lambda span: span.start)


@dataclass(frozen=True, slots=True)
class _DocumentPage:
    """The page of a document, in a collection if there are several."""

    document: str
    collection: str | None

    def link(self, spans: Sequence[Span], first: Span, quote: str = "") -> str:
        """Return the link to the page with ``spans`` marked, scrolled to ``first``."""
        return url_for(
            "pages.document",
            id=self.document,
            at=[f"{span.start}-{span.end}" for span in spans],
            quote=quote or None,
            collection=self.collection,
            _anchor=f"{first.start}-{first.end}",
        )


def _link_to_copy(copy: PassageCopy) -> str:
    span = Span(copy.start, copy.end)
    return _DocumentPage(copy.document.id, copy.collection).link([span], span)


def _format_citation(passage: AnswerPassage, span: Span, quote: str) -> str:
    source = passage.document
    parts = [
        source.title or source.id,
        passage.heading,
        passage.location,
        passage.collection,
        f"{source.id}, characters {span.start}–{span.end}",
    ]
    version = source.sha256[:HASH_DIGITS]
    return f"“{' '.join(quote.split())}” ({' · '.join(part for part in parts if part)}, SHA-256 {version}…)"

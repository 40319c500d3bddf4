"""A question with its answer as the page shows it: its links, its citations, its request."""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from index.types import Span
from qa.answer.serialize import answer_json
from qa.collection.suggestions import Suggestion
from qa.types import MOST_CHARACTERS, Answer, AnswerPassage, Request, Status
from qa.web.service import Service

HASH_SHOWN = 12
"""Digits of a document's SHA-256 in a citation: enough to tell two states of it apart."""
LIKELY = 0.25
"""Evidence of passages that answer less likely is marked faintly, and not in the document beside that of others."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a passage can be read. ``open`` marks all likely evidence of the answer, ``link`` this passage's alone.

    ``link`` holds the quotation, so that it is found again where the document has changed; ``citation`` is
    the same as text.
    """

    passage: AnswerPassage
    evidence: tuple[Span, ...]
    open: str
    link: str
    citation: str

    @property
    def likely(self) -> bool:
        """Whether its evidence may be marked like an answer."""
        return self.passage.score >= LIKELY


@dataclass(frozen=True, slots=True)
class Exchange:
    """All that the template shows. ``link`` asks the same again, ``literally`` the very words, if that is another."""

    request: dict[str, Any]
    answer: Answer
    json: dict[str, Any]
    sources: tuple[Source, ...]
    hints: Sequence[Suggestion]
    link: str
    literally: str | None
    curl: str

    @property
    def found(self) -> bool:
        """Whether something may be marked: the nearest sentences do not answer where nothing does."""
        return self.answer.status is not Status.NOT_FOUND


def exchange(service: Service, request: Request, answer: Answer) -> Exchange:
    """Made within a request, from whose address the links are."""
    found = answer.status is not Status.NOT_FOUND
    body = _body(request)
    return Exchange(
        request=body,
        answer=answer,
        json=answer_json(answer),
        sources=tuple(_source(passage, answer, found) for passage in answer.passages),
        hints=() if found else service.hints.near(answer),
        link=_again(request, answer),
        literally=_asks(request.question, literal=True) if answer.searched_as != answer.question else None,
        curl=_curl(body),
    )


def _body(request: Request) -> dict[str, Any]:
    """The request as the API takes it, without what is as it is by itself."""
    turns = [{"question": turn.question, "answer": turn.answer} for turn in request.history]
    body: dict[str, Any] = {"question": request.question}
    body |= {"history": turns} if turns else {}
    return body | ({"literal": True} if request.literal else {})


def _again(request: Request, answer: Answer) -> str:
    """A follow-up is nothing without what was said before, so it is asked as it was searched, if that can be asked."""
    follows = request.history and len(answer.searched_as) <= MOST_CHARACTERS
    return _asks(answer.searched_as if follows else request.question, literal=request.literal)


def _asks(question: str, literal: bool) -> str:
    return url_for("pages.ask", q=question, literal="true" if literal else None)


def _curl(body: dict[str, Any]) -> str:
    url = url_for("api.ask", _external=True)
    data = json.dumps(body, ensure_ascii=False)
    return f"curl {shlex.quote(url)} -H 'Content-Type: application/json' -d {shlex.quote(data)}"


def _source(passage: AnswerPassage, answer: Answer, found: bool) -> Source:
    evidence = passage.evidence if found else ()
    first = evidence[0] if evidence else Span(passage.start, passage.end)
    quote = passage.text[first.start - passage.start : first.end - passage.start]
    marked = _marked(passage, answer) if evidence else [first]
    return Source(
        passage=passage,
        evidence=evidence,
        open=place_link(passage.document.id, marked, first),
        link=place_link(passage.document.id, [first], first, quote),
        citation=_citation(passage, first, quote),
    )


def _marked(passage: AnswerPassage, answer: Answer) -> list[Span]:
    """The evidence of a passage and, in the same document, of all that are likely; in the order of the text."""
    beside = [
        p for p in answer.passages if p.document.id == passage.document.id and (p is passage or p.score >= LIKELY)
    ]
    return sorted((span for other in beside for span in other.evidence), key=lambda span: span.start)


def place_link(document: str, spans: Sequence[Span], first: Span, quote: str = "") -> str:
    """A document with stretches marked, opened at one of them."""
    places = [f"{span.start}-{span.end}" for span in spans]
    anchor = f"{first.start}-{first.end}"
    return url_for("pages.document", id=document, at=places, quote=quote or None, _anchor=anchor)


def _citation(passage: AnswerPassage, span: Span, quote: str) -> str:
    source = passage.document
    page = f"page {passage.page}" if passage.page else None
    where = [source.title or source.id, passage.heading, page, f"{source.id}, characters {span.start}–{span.end}"]
    short = source.sha256[:HASH_SHOWN]
    return f"“{' '.join(quote.split())}” ({' · '.join(part for part in where if part)}, SHA-256 {short}…)"

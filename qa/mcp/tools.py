"""The table of tools: one entry describes a tool and does what it says, by the service behind the HTTP API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from index.types import Span
from qa.collection.catalog import DocumentInfo
from qa.collection.citations import CitationCheck, CitationStatus
from qa.mcp.answers import AnswerView
from qa.mcp.arguments import (
    AskArguments,
    DocumentArguments,
    ListArguments,
    QuestionArguments,
    QuoteArguments,
    SearchArguments,
)
from qa.mcp.results import (
    AskResult,
    DocumentListing,
    DocumentPart,
    ListedDocument,
    PassagePlace,
    QuoteResult,
    Result,
    SearchResult,
)
from qa.mcp.session import Session
from qa.web.requests.base import StrictModel
from qa.web.requests.filter_check import check_fields, check_selections
from qa.web.requests.models import MAX_OFFSET

# As ``POST /v1/ask`` returns by default.
ASK_PASSAGES = 5


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool. ``call`` gets validated ``arguments`` and returns a ``result``; it raises ProblemError."""

    name: str
    title: str
    description: str
    arguments: type[StrictModel]
    result: type[Result]
    call: Callable[[Session, Any], Result]


def ask(session: Session, arguments: AskArguments) -> AskResult:
    """Answer a question."""
    return _view_answer(session, arguments, ASK_PASSAGES).show_answer()


def search(session: Session, arguments: SearchArguments) -> SearchResult:
    """Find passages."""
    return _view_answer(session, arguments, arguments.limit).show_search()


def get_document(session: Session, arguments: DocumentArguments) -> DocumentPart:
    """Return a part of a document."""
    found = session.service.choose(arguments.collection).get_document(arguments.document, arguments.part)
    info, start = found.info, min(arguments.start, found.info.characters)
    end = start + len(found.text)
    passages = [
        PassagePlace(
            id=one.id,
            start=one.start,
            end=one.end,
            heading=one.heading,
            kind=one.kind,
            page=one.page,
            location=one.location,
        )
        for one in found.passages
    ]
    return DocumentPart(
        text=found.text,
        start=start,
        end=end,
        document=info.id,
        title=info.title,
        characters=info.characters,
        next=end if end < info.characters else None,
        sha256=info.sha256,
        link=session.link(info.id, Span(start, end), arguments.collection),
        metadata=dict(info.metadata) if arguments.detail else None,
        passages=passages if arguments.detail else None,
    )


def verify_quote(session: Session, arguments: QuoteArguments) -> QuoteResult:
    """Check a quotation."""
    check = _check_quote(session, arguments)
    return QuoteResult(
        status=check.status,
        document=check.document,
        text=check.text if check.text != arguments.text else None,
        start=check.start,
        end=check.end,
        link=session.link(check.document, check.span, arguments.collection) if check.span else None,
        sha256=check.sha256,
        document_changed=check.document_changed,
    )


def list_documents(session: Session, arguments: ListArguments) -> DocumentListing:
    """List documents."""
    catalog = session.service.choose(arguments.collection).engine.catalog
    chosen, fields = arguments.selection, arguments.facet_fields
    check_selections(catalog, [chosen], ["documents"])
    check_fields(catalog, fields, "facets")
    listed = catalog.list_documents(arguments.offset, arguments.limit, chosen)
    end, total = arguments.offset + len(listed), catalog.count_documents(chosen)
    documents = [_show_listed(info, arguments.detail) for info in listed]
    counted = catalog.count_facets(fields, chosen)
    facets = {name: {one.value: one.count for one in values} for name, values in counted.items()} or None
    following = end if listed and end < total else None
    return DocumentListing(total=total, documents=documents, next=following, facets=facets)


TOOLS = (
    Tool(
        "ask",
        "Ask the documents",
        "Answer a question from the indexed documents with an exact quotation and the probability that it is right. "
        "not_found: they do not say it. unsure: read the quotation before you rely on it.",
        AskArguments,
        AskResult,
        ask,
    ),
    Tool(
        "search",
        "Search the documents",
        "Find the passages that best match a question or keywords, each with the probability that it answers.",
        SearchArguments,
        SearchResult,
        search,
    ),
    Tool(
        "get_document",
        "Read a document",
        "Read a document from a character on; next is where to go on.",
        DocumentArguments,
        DocumentPart,
        get_document,
    ),
    Tool(
        "verify_quote",
        "Verify a quotation",
        "Check that a document has these words: valid, moved (elsewhere, or written otherwise as in text) or gone.",
        QuoteArguments,
        QuoteResult,
        verify_quote,
    ),
    Tool(
        "list_documents",
        "List the documents",
        "List the indexed documents; next is the offset of the following ones. facets counts values of metadata.",
        ListArguments,
        DocumentListing,
        list_documents,
    ),
)


def _view_answer(session: Session, arguments: QuestionArguments, top_k: int) -> AnswerView:
    service, request = session.service, arguments.to_request(top_k)
    answer = service.ask(request, "documents", session.make_caller(arguments.timeout_ms))
    searched = [service.choose(one.name) for one in answer.collections] or [service]
    documents = sum(one.engine.catalog.count_documents(request.selection) for one in searched)
    return AnswerView(answer, arguments.detail, session.link, documents)


def _check_quote(session: Session, arguments: QuoteArguments) -> CitationCheck:
    """Check a quotation at its place; without one, at the first place that has it, from ``start`` if that is known."""
    start = arguments.start or 0
    end = min(start + len(arguments.text), MAX_OFFSET) if arguments.end is None else arguments.end
    service = session.service.choose(arguments.collection)
    check = service.check_citation(arguments.to_body(start, end))
    if arguments.start is None and check.status is CitationStatus.MOVED and check.span:
        return service.check_citation(arguments.to_body(check.span.start, check.span.end))
    return check


def _show_listed(info: DocumentInfo, detail: bool) -> ListedDocument:
    return ListedDocument(
        document=info.id,
        title=info.title,
        characters=info.characters,
        passages=info.passages if detail else None,
        sha256=info.sha256 if detail else None,
        metadata=dict(info.metadata) if detail else None,
    )

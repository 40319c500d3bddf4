"""The library: all documents of a collection, found by title and metadata, in the order that a visitor wants.

The first line of a docstring is the summary in OpenAPI.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from flask import Response, make_response, render_template, url_for

from index.build.inventory import Inventory
from qa.collection.catalog import DocumentSearch
from qa.collection.listing import Order
from qa.web.pages.collection_chooser import build_chooser
from qa.web.pages.document_facts import DocumentFacts, describe_document, split_addresses
from qa.web.pages.filter_view import build_filter_view, filter_parameters
from qa.web.requests.filter_check import check_selections
from qa.web.requests.page_models import LibraryQuery, Sorting
from qa.web.requests.parsing import read_query
from qa.web.service import Service

PAGE_SIZE = 50
# Of what could not be read; an operator sees all of it with ``python -m index status --all``.
MAX_PROBLEMS_SHOWN = 100
# Each with whether its order is turned around.
ORDERS: Mapping[Sorting, tuple[Order, bool]] = {
    "title": ("title", False),
    "id": ("id", False),
    "newest": ("date", False),
    "oldest": ("date", True),
    "largest": ("size", False),
    "smallest": ("size", True),
}


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """A page of the list: its documents, how many there are on all pages, and links to the pages beside it."""

    documents: tuple[DocumentFacts, ...]
    total: int
    number: int
    count: int
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class LeftOutView:
    """What is not in the collection: the first problems, how many there are, and what was passed over by reason.

    What was passed over is counted only: whoever named it in an ignore file may not want its name to be read.
    """

    inventory: Inventory

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Where each is, and why."""
        return [(problem.where, problem.reason) for problem in self.inventory.problems[:MAX_PROBLEMS_SHOWN]]

    @property
    def hidden_problems(self) -> int:
        """How many problems are not shown."""
        return len(self.inventory.problems) - len(self.problems)

    @property
    def skipped(self) -> dict[str, int]:
        """How many files and folders were passed over, by reason."""
        return {reason.value: count for reason, count in self.inventory.count_skipped().items()}

    @property
    def total(self) -> int:
        """How many files, lines, pages and folders are not in the collection."""
        return len(self.inventory.problems) + sum(self.skipped.values())


def show(service: Service) -> Response:
    """List the documents of a collection, all or those that are searched, and say what is not among them."""
    query = read_query(LibraryQuery)
    chooser = build_chooser(service, [query.collection] if query.collection else [])
    service = service.choose(query.collection)
    catalog, summary = service.engine.catalog, service.collections.summarize(service.name)
    name = service.name if chooser.choices else None
    return make_response(
        render_template(
            "documents.html",
            query=query,
            page=_list_page(service, query, name),
            filter=build_filter_view([catalog], query.to_selection()),
            sorts=get_args(Sorting),
            choices=chooser.choices,
            name=name,
            index=catalog.describe_index(),
            summary=summary,
            is_titled=bool(catalog.collection.title or chooser.choices),
            origin=split_addresses(summary.origin),
            license=split_addresses(summary.license),
            left_out=LeftOutView(catalog.left_out.find()),
        )
    )


def _list_page(service: Service, query: LibraryQuery, collection: str | None) -> DocumentPage:
    """Return the page that is asked for, or the last one if there are fewer; ``collection`` is named in its links.

    Raises ProblemError if the filter names what the collection does not have.
    """
    catalog, chosen = service.engine.catalog, query.to_selection()
    check_selections(catalog, [chosen], ["document"])
    search = DocumentSearch(chosen, query.q, *ORDERS[query.sort])
    listed = catalog.search_documents(PAGE_SIZE, search, offset=(query.page - 1) * PAGE_SIZE)
    count = max(1, -(-listed.total // PAGE_SIZE))
    number = min(query.page, count)
    if number < query.page:
        listed = catalog.search_documents(PAGE_SIZE, search, offset=(number - 1) * PAGE_SIZE)
    parameters = {"q": query.q or None, "collection": collection, **filter_parameters(chosen)}
    parameters |= {"sort": query.sort} if "sort" in query.model_fields_set else {}

    def link(other: int) -> str:
        return url_for("library.show", page=other, **parameters)  # type: ignore[arg-type]

    return DocumentPage(
        tuple(map(describe_document, listed.documents)),
        listed.total,
        number,
        count,
        link(number - 1) if number > 1 else None,
        link(number + 1) if number < count else None,
    )

"""The pages of a PDF that are shown beside the text of a document: those with its marks."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from index.types import Span
from qa.collection.page_pictures import PagePictures
from qa.web.pages.document_view import DocumentView


@dataclass(frozen=True, slots=True)
class OriginalPage:
    """A page with its links: its picture, the boxes of its marks as JSON, and the page of the original.

    ``marks`` has the anchor of each mark by the span that its boxes name, as ``start-end``.
    """

    number: int
    picture: str
    boxes: str
    original: str
    marks: Mapping[str, str]


def list_original_pages(pictures: PagePictures, view: DocumentView, collection: str | None) -> list[OriginalPage]:
    """Return the pages that the marks of a document are on, in order; none if they cannot be drawn.

    Nothing is drawn yet: the links are followed by whoever shows the page.
    """
    document = view.document.info.id
    by_page: dict[int, dict[str, Span]] = {}
    for anchor, span in view.places.items():
        for number in pictures.list_pages(document, span):
            by_page.setdefault(number, {})[anchor] = span
    return [_link_page(document, number, marks, collection) for number, marks in sorted(by_page.items())]


def _link_page(document: str, number: int, marks: Mapping[str, Span], collection: str | None) -> OriginalPage:
    spans = [f"{span.start}-{span.end}" for span in marks.values()]
    return OriginalPage(
        number=number,
        picture=url_for("pictures.picture", id=document, page=number, collection=collection),
        boxes=url_for("pictures.page", id=document, page=number, at=spans, collection=collection),
        original=url_for("originals.original", id=document, collection=collection, _anchor=f"page={number}"),
        marks=dict(zip(spans, marks, strict=True)),
    )

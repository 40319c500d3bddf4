"""Whether a quotation still stands in the text that it was taken from."""

from dataclasses import dataclass
from enum import StrEnum

from index.types import Span
from qa.collection.catalog import DocumentContent
from qa.collection.quotes import find_exact, find_normalized


class CitationStatus(StrEnum):
    """What became of a quotation."""

    VALID = "valid"
    MOVED = "moved"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """A quotation as it stands now; ``sha256`` is that of the text now. All but the status is None where it is gone."""

    status: CitationStatus
    document: str
    sha256: str | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None

    @property
    def span(self) -> Span | None:
        """Where it stands now."""
        return None if self.start is None or self.end is None else Span(self.start, self.end)


def check_citation(quote: str, span: Span, view: DocumentContent | None, document: str) -> CitationCheck:
    """Where ``quote``, once at ``span``, stands in a document; ``view`` is None where the document is gone.

    The nearest place counts where the words stand in several, and white space, case and the forms of
    quotation marks and dashes may have changed; ``text`` then reads as it does now.
    """
    found = view and (find_exact(quote, span, view.text) or find_normalized(quote, span, view.text))
    if not view or not found:
        return CitationCheck(CitationStatus.GONE, document, view.info.sha256 if view else None)
    status = (
        CitationStatus.VALID if found == span and view.text[found.start : found.end] == quote else CitationStatus.MOVED
    )
    return CitationCheck(status, document, view.info.sha256, found.start, found.end, view.text[found.start : found.end])

"""Citation check: whether a quotation is still in the document that it was taken from."""

from dataclasses import dataclass
from enum import StrEnum

from index.types import Span
from qa.collection.catalog import DocumentText
from qa.collection.quotes import find_exact, find_normalized


class CitationStatus(StrEnum):
    """The result of a citation check.

    ``valid``: the words are at their place, in the version of the document that was cited. ``moved``: the words are in
    the document, but it is another version or they are elsewhere or written otherwise; cite the place returned.
    ``gone``: they are not in the document, or it is no longer indexed.
    """

    VALID = "valid"
    MOVED = "moved"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class CitationCheck:
    """The result of a citation check, and the place and words of the quotation in the present document.

    ``sha256`` is the hash of the present document, None if it is not indexed. ``document_changed`` says whether that
    differs from the hash that was cited; None if none was, or if the document is not indexed.
    """

    status: CitationStatus
    document: str
    sha256: str | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None
    document_changed: bool | None = None

    @property
    def span(self) -> Span | None:
        """The present place of the quotation."""
        return None if self.start is None or self.end is None else Span(self.start, self.end)


def check_citation(quote: str, span: Span, document: DocumentText, sha256: str | None = None) -> CitationCheck:
    """Look for a quotation in a document; ``span`` and, if known, ``sha256`` are its place and version when cited.

    White space, case, and the forms of quotation marks and dashes may differ; if the words are in several
    places, the nearest one counts.
    """
    info = document.info
    changed = sha256 != info.sha256 if sha256 else None
    found = find_exact(quote, span, document.text) or find_normalized(quote, span, document.text)
    if found is None:
        return CitationCheck(CitationStatus.GONE, info.id, info.sha256, document_changed=changed)
    text = document.text[found.start : found.end]
    is_valid = found == span and text == quote and not changed
    status = CitationStatus.VALID if is_valid else CitationStatus.MOVED
    return CitationCheck(status, info.id, info.sha256, found.start, found.end, text, changed)

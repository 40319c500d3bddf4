"""The words of a generation's passages, at hand for every step that reads them."""

from index.generation import Contents
from index.match_text import contexts
from index.types import Span


class Texts:
    """Looks texts up; slices are made when they are asked for."""

    def __init__(self, contents: Contents) -> None:
        """Keeps each document's text and each passage's title and heading."""
        self._passages = contents.passages
        self._contexts = contexts(contents.documents, contents.passages)
        self._texts = {document.id: document.text for document in contents.documents}

    def words(self, position: int) -> str:
        """The passage's own words."""
        passage = self._passages[position]
        return self._texts[passage.document][passage.start : passage.end]

    def context(self, position: int) -> str:
        """The title and heading above the passage; may be empty."""
        return self._contexts[position]

    def slice(self, document: str, span: Span) -> str:
        """A stretch of a document."""
        return self._texts[document][span.start : span.end]

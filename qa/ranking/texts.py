"""The words of a generation's passages, read from disk when a step asks for them."""

from index.generation.generation import Contents
from index.text.searchable_text import context
from index.types import Span


class Texts:
    """Looks texts up; nothing of them is held."""

    def __init__(self, contents: Contents) -> None:
        """Reads nothing yet."""
        self._passages = contents.passages
        self._titles = contents.documents.titles

    def words(self, position: int) -> str:
        """The passage's own words."""
        return self._passages.words(position)

    def context(self, position: int) -> str:
        """The title and heading above the passage; may be empty."""
        title = self._titles[self._passages.document(position)]
        return context(title, self._passages.heading(position) or "")

    def slices(self, position: int, spans: tuple[Span, ...]) -> list[str]:
        """Stretches of the passage's document that lie inside the passage."""
        words, start = self._passages.words(position), self._passages.start(position)
        return [words[span.start - start : span.end - start] for span in spans]

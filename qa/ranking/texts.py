"""The words of a generation's passages, read from disk when a step asks for them."""

from index.generation.generation import GenerationContents
from index.text.searchable_text import build_context
from index.types import Span


class Texts:
    """Looks texts up; nothing of them is held."""

    def __init__(self, contents: GenerationContents) -> None:
        """Reads nothing yet."""
        self._passages = contents.passages
        self._titles = contents.documents.titles

    def words(self, position: int) -> str:
        """The passage's own words."""
        return self._passages.get_text(position)

    def context(self, position: int) -> str:
        """The title and heading above the passage; may be empty."""
        title = self._titles[self._passages.find_document(position)]
        return build_context(title, self._passages.get_heading(position) or "")

    def slices(self, position: int, spans: tuple[Span, ...]) -> list[str]:
        """Stretches of the passage's document that lie inside the passage."""
        words, start = self._passages.get_text(position), self._passages.get_start(position)
        return [words[span.start - start : span.end - start] for span in spans]

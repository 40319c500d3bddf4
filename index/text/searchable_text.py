"""The text that is searched for a unit or passage: its words, and the title and heading above it."""

from collections.abc import Sequence

from index.types import Document, Passage

# Characters of title and heading together; a longer context would outweigh the words of the passage.
MAX_CONTEXT = 200


def build_contexts(documents: Sequence[Document], passages: Sequence[Passage]) -> list[str]:
    """Return the title and heading above each passage, which are matched with it and never quoted; may be empty."""
    titles = {document.id: document.title for document in documents}
    return [build_context(titles[passage.document], passage.heading or "") for passage in passages]


def build_context(title: str, heading: str) -> str:
    """Join the title and, unless the title contains it, the heading."""
    parts = [title] if heading in title else [title, heading]
    return " · ".join(part for part in parts if part)[:MAX_CONTEXT]

"""What the two legs see of a unit or passage: its words, and the title and heading above it."""

from collections.abc import Sequence

from index.types import Document, Passage, Unit

MAX_CONTEXT = 200
"""Characters of title and heading together; more would drown the words themselves."""


def slice_unit_texts(documents: Sequence[Document], passages: Sequence[Passage], units: Sequence[Unit]) -> list[str]:
    """The words of each unit, exactly as in its document."""
    texts = {document.id: document.text for document in documents}
    return [texts[passages[unit.passage].document][unit.start : unit.end] for unit in units]


def build_contexts(documents: Sequence[Document], passages: Sequence[Passage]) -> list[str]:
    """The title and heading above each passage, matched with it and never quoted; may be empty."""
    titles = {document.id: document.title for document in documents}
    return [build_context(titles[passage.document], passage.heading or "") for passage in passages]


def build_lexical_texts(documents: Sequence[Document], passages: Sequence[Passage]) -> list[str]:
    """The text of each passage whose words BM25 counts: its context and its own."""
    texts = {document.id: document.text for document in documents}
    above = build_contexts(documents, passages)
    return [f"{c} {texts[p.document][p.start : p.end]}" for c, p in zip(above, passages, strict=True)]


def build_context(title: str, heading: str) -> str:
    """The title and, where it says more, the heading."""
    parts = [title] if heading in title else [title, heading]
    return " · ".join(part for part in parts if part)[:MAX_CONTEXT]

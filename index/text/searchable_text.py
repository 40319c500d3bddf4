"""The text that is searched for a unit or passage: its words, and the title and heading above it."""

from collections.abc import Iterator, Sequence

from index.types import Document, Passage, Unit

# Characters of title and heading together; a longer context would outweigh the words of the passage.
MAX_CONTEXT = 200


def slice_unit_texts(documents: Sequence[Document], passages: Sequence[Passage], units: Sequence[Unit]) -> list[str]:
    """Return the words of each unit, exactly as in its document."""
    texts = {document.id: document.text for document in documents}
    return [texts[passages[unit.passage].document][unit.start : unit.end] for unit in units]


def build_contexts(documents: Sequence[Document], passages: Sequence[Passage]) -> list[str]:
    """Return the title and heading above each passage, which are matched with it and never quoted; may be empty."""
    titles = {document.id: document.title for document in documents}
    return [build_context(titles[passage.document], passage.heading or "") for passage in passages]


def build_lexical_texts(documents: Sequence[Document], passages: Sequence[Passage]) -> Iterator[str]:
    """Yield the text of each passage that BM25 indexes: its context and its own words."""
    by_id = {document.id: document for document in documents}
    for passage in passages:
        document = by_id[passage.document]
        context = build_context(document.title, passage.heading or "")
        yield f"{context} {document.text[passage.start : passage.end]}"


def build_context(title: str, heading: str) -> str:
    """Join the title and, unless the title contains it, the heading."""
    parts = [title] if heading in title else [title, heading]
    return " · ".join(part for part in parts if part)[:MAX_CONTEXT]

"""Files of documents: everything that a generation keeps of each, so that the original files are not needed."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.errors import ShardError
from index.shards.parquet import Columns, Header, ParquetFile, describe_documents, write_parquet
from index.types import Document, Heading, Place

COLUMNS = ("id", "text", "title", "metadata", "headings", "pages", "places")
# A row group ends with the document that reaches one of these, so that reading one takes little memory.
GROUP_CHARACTERS, GROUP_DOCUMENTS = 2_000_000, 1000


def write_documents(path: Path, documents: Iterable[Document], header: Header) -> None:
    """Write documents in their order. Raise OSError."""
    write_parquet(path, describe_documents(), header, _group_documents(documents))


def read_documents(path: Path) -> Iterator[Document]:
    """Yield the documents of a file in their order. Raise ShardError, which names the file."""
    for table in ParquetFile(path).read_groups(COLUMNS):
        for row in table.to_pylist():
            try:
                yield _make_document(row)
            except (TypeError, ValueError) as error:
                raise ShardError(f"{path} holds a document that cannot be read ({error}); make it again") from error


def _group_documents(documents: Iterable[Document]) -> Iterator[Columns]:
    group: list[Document] = []
    characters = 0
    for document in documents:
        group.append(document)
        characters += len(document.text)
        if characters >= GROUP_CHARACTERS or len(group) >= GROUP_DOCUMENTS:
            yield _list_columns(group)
            group, characters = [], 0
    if group:
        yield _list_columns(group)


def _list_columns(documents: list[Document]) -> Columns:
    return {
        "id": [document.id for document in documents],
        "text": [document.text for document in documents],
        "title": [document.title for document in documents],
        "metadata": [json.dumps(document.metadata, ensure_ascii=False) for document in documents],
        "headings": [[asdict(heading) for heading in document.headings] for document in documents],
        "pages": [list(document.pages) for document in documents],
        "places": [[asdict(place) for place in document.places] for document in documents],
    }


def _make_document(row: dict[str, Any]) -> Document:
    return Document(
        row["id"],
        row["text"],
        row["title"],
        json.loads(row["metadata"]),
        tuple(Heading(**heading) for heading in row["headings"]),
        tuple(row["pages"]),
        tuple(Place(**place) for place in row["places"]),
    )

"""Plain text: the file as it is."""

from pathlib import Path

from index.parsers.encoding import decode
from index.types import Document


def read_text(path: Path, id: str) -> list[Document]:
    """One document with the whole text. Raises ReadError for binary data."""
    return [Document(id, decode(path.read_bytes()))]

"""Plain text: the file as it is."""

from pathlib import Path

from index.parsers.encoding import decode_bytes
from index.types import Document


def parse_text(path: Path, id: str) -> list[Document]:
    """Return one document with the whole text, or raise LoadError for binary data."""
    return [Document(id, decode_bytes(path.read_bytes()))]

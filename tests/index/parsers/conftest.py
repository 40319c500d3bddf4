"""A file with given bytes, read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.parsers import reader_of
from index.types import Document, Problem

Read = Callable[[str, bytes], list[Document | Problem]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes a file and gives all that the reader for its name makes of it."""

    def read(name: str, data: bytes) -> list[Document | Problem]:
        path = tmp_path / name
        path.write_bytes(data)
        reader = reader_of(name)
        assert reader is not None
        return list(reader(path, name))

    return read

"""A file with given bytes, read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.parsers import find_parser
from index.types import Document, LoadProblem

Read = Callable[[str, bytes], list[Document | LoadProblem]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Writes a file and gives all that the reader for its name makes of it."""

    def read(name: str, data: bytes) -> list[Document | LoadProblem]:
        path = tmp_path / name
        path.write_bytes(data)
        reader = find_parser(name)
        assert reader is not None
        return list(reader(path, name))

    return read

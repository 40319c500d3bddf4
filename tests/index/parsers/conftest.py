"""A file with given bytes, parsed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from index.build.load_file import load_inner_files
from index.build.unpack import Unpacker
from index.parsers import find_parser
from index.types import Document, LoadProblem

Parse = Callable[[str, bytes], list[Document | LoadProblem]]


@pytest.fixture
def parse(tmp_path: Path) -> Parse:
    """A function that writes a file and returns all that the parser for its name makes of it."""

    def parse_bytes(name: str, data: bytes) -> list[Document | LoadProblem]:
        path = tmp_path / name
        path.write_bytes(data)
        parser = find_parser(name)
        assert parser is not None
        return list(load_inner_files(parser(path, name), name, Unpacker(1_000_000)))

    return parse_bytes

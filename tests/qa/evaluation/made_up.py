"""Collections made up for a test, indexed with vectors that count words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.settings import IndexSettings
from qa.engine import Engine
from qa.reader import NONE
from tests.doubles import WordEncoder


def served(files: Mapping[str, Any], tmp_path: Path, **chosen: str) -> tuple[Generation, Engine]:
    """A made-up collection, indexed with vectors that count words."""
    source, index = tmp_path / "texts", tmp_path / "index"
    source.mkdir()
    for name, data in files.items():
        (source / name).write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    encoder = WordEncoder()
    build_index(source, IndexSettings(index=str(index), **chosen), encoder)
    generation = IndexDirectory(index).open_current()
    # The reader takes most of the time, and these tests are about what is asked.
    return generation, Engine(generation, encoder, NONE)


def texts(*documents: str) -> dict[str, str]:
    return {f"{number:02}.txt": text for number, text in enumerate(documents)}

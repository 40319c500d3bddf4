"""A real index over the small folder of texts with structure."""

from pathlib import Path

import pytest

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from index.types import Encoder
from qa.engine import Engine
from tests.qa.rendering import folder


@pytest.fixture(scope="session")
def harbour_index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """An index folder over the texts."""
    place = tmp_path_factory.mktemp("harbour")
    build_index(folder.write(place / "texts"), IndexSettings(index=str(place / "index")), encoder)
    return place / "index"


@pytest.fixture(scope="session")
def harbour(harbour_index: Path, encoder: Encoder) -> Engine:
    """Answers over the texts."""
    return Engine(IndexDirectory(harbour_index).open_current(), encoder)

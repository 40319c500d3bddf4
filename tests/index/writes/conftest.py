"""What the tests of writing share."""

from pathlib import Path

import pytest

from tests.index.writes.collection import Collection


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    """Two files that are indexed."""
    return Collection(tmp_path)

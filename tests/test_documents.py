"""What the documents list is what there is."""

from pathlib import Path

import pytest

from index.parsers import PARSERS
from index.search.stores import STORES
from qa.messages import ENGLISH
from qa.ranking.stages import STAGES
from qa.types import Reason, Status
from qa.web.routes import ROUTES

ROOT = Path(__file__).parents[1]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("extension", [e for e in PARSERS if e not in {".asciidoc", ".htm", ".markdown", ".jsonl.gz"}])
def test_the_readme_names_every_format(extension: str) -> None:
    """Spellings of the same format aside."""
    assert f"`{extension}`" in text("README.md")


@pytest.mark.parametrize("path", sorted({r.path for r in ROUTES if r.path.startswith("/v1") and "<" not in r.path}))
def test_the_readme_names_every_route(path: str) -> None:
    """Of the API; the whole of it stands in the OpenAPI document."""
    assert path in text("README.md")


def test_every_table_that_a_newcomer_extends_is_in_the_architecture() -> None:
    """Parsers, stores, stages and settings: where a new one goes."""
    for table in (
        "PARSERS",
        "LANGUAGES",
        "STORES",
        "STAGES",
        "PIPELINES",
        "SETTINGS",
        "MEASURES",
        "FORMATS",
        "ROWS",
        "SLICES",
    ):
        assert f"`{table}`" in text("docs/architecture.md")
    assert STORES
    assert STAGES


def test_every_status_is_explained() -> None:
    """Where their thresholds are given, and every reason in the words of the page."""
    assert all(f"`{status}`" in text("docs/confidence.md") for status in Status)
    assert all(ENGLISH(f"reason.{reason}") for reason in Reason)

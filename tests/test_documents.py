"""What the documents list is what there is."""

import re
from pathlib import Path

import pytest

from index.readers import READERS
from index.stores import STORES
from qa.evaluation.run import summarise
from qa.stages import STAGES
from qa.types import Reason, Status
from qa.web.routes import ROUTES

ROOT = Path(__file__).parents[1]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("extension", [e for e in READERS if e not in {".htm", ".markdown", ".jsonl.gz"}])
def test_the_readme_names_every_format(extension: str) -> None:
    """Spellings of the same format aside."""
    assert f"`{extension}`" in text("README.md")


@pytest.mark.parametrize("path", sorted({r.path for r in ROUTES if r.path.startswith("/v1") and "<" not in r.path}))
def test_the_readme_names_every_route(path: str) -> None:
    """Of the API; the whole of it stands in the OpenAPI document."""
    assert path in text("README.md")


def test_the_guide_names_every_measure_that_a_run_prints(request: pytest.FixtureRequest) -> None:
    """And no other."""
    from index.progress import Silent
    from qa.evaluation.judgements import load
    from qa.evaluation.run import run

    judged = load(ROOT / "tests" / "judgements" / "blame.jsonl")
    some = [next(j for j in judged if j.evidence), next(j for j in judged if not j.evidence)]
    printed = set(summarise(run(request.getfixturevalue("engine"), some, "fast", Silent())))
    rows = re.findall(r"^\| (`.*?`) \|", text("docs/evaluation.md"), re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(.*?)`", row)} == printed


def test_every_table_that_a_newcomer_extends_is_in_the_architecture() -> None:
    """Readers, stores, stages and settings: where a new one goes."""
    for table in ("READERS", "STORES", "STAGES", "SETTINGS"):
        assert f"`{table}`" in text("docs/architecture.md")
    assert STORES
    assert STAGES


def test_every_status_is_explained() -> None:
    """Where their thresholds are given, and every reason in the words of the page."""
    assert all(f"`{status}`" in text("docs/confidence.md") for status in Status)
    assert all(reason.name in text("qa/phrases.py") for reason in Reason)

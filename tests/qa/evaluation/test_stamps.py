"""The stamps of measured documents: which program each was measured with, and whether that is still this one."""

import json
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import qa.answer.calibration as calibration
import qa.evaluation.fingerprint.program as program
import qa.reader.reader as reader
from qa.evaluation.ablation.rows import compute_ablation_fingerprint
from qa.evaluation.fingerprint import (
    compute_fingerprint,
    compute_outcome_fingerprint,
    compute_search_fingerprint,
    compute_work_fingerprint,
    is_stale,
    stamp_line,
)
from qa.evaluation.fingerprint.program import digest_of, observe_behaviour, to_steps

ROOT = Path(__file__).parents[3]
# How each measured document is measured again.
MEASURED = {
    "docs/quality.md": "python -m qa.evaluation ablate DATA --out docs/quality.json",
    "docs/confidence.md": "python -m benchmarks.training.calibration ../shared/data",
    "docs/confidence-large.md": "python -m benchmarks.training.calibration ../shared/data --reader large",
    "docs/reader.md": "python -m benchmarks.training.reader measure ../shared/data --before READER",
    "docs/reader-large.md": "python -m benchmarks.training.reader measure-large ../shared/data",
    "docs/follow-ups.md": "python -m benchmarks.follow_ups ../shared/data",
    "docs/performance.md": "make bench",
    "docs/reports/blame.md": "make bench-full",
    "docs/reports/blame-large.md": "make bench-full",
    "docs/reports/fairytaleqa-val.md": "make bench-full",
    "docs/reports/handbooks.md": "make bench-full",
    "docs/reports/handbooks-large.md": "make bench-full",
    "docs/reports/office.md": "python -m benchmarks.office",
    "docs/reports/scifact-train.md": "make bench-full",
    "docs/reports/squad-sentences.md": "make bench-full",
}
# Those that another fit of the confidence does not change.
UNCALIBRATED = {"docs/reader.md", "docs/reader-large.md", "docs/follow-ups.md"}


@pytest.fixture
def forget_all() -> Iterator[Callable[[], None]]:
    """Forget what was observed of the program, so that it is observed again; also at the end."""
    cached = (
        compute_work_fingerprint,
        compute_search_fingerprint,
        compute_outcome_fingerprint,
        program._observe_once,
        calibration.load_calibration,
    )

    def forget() -> None:
        for one in cached:
            one.cache_clear()

    yield forget
    forget()


def test_a_fit_that_changes_no_status_has_the_same_outcome(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, forget_all: Callable[[], None]
) -> None:
    """What is shown is the same, if not how sure it is."""
    before, whole = compute_outcome_fingerprint(), digest_of(to_steps(observe_behaviour()))
    fitted = json.loads(calibration.CALIBRATION.read_text(encoding="utf-8"))
    fitted["words"]["sure_from"] = 0.99
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(fitted), encoding="utf-8")
    monkeypatch.setattr(calibration, "CALIBRATION", path)
    forget_all()
    assert compute_outcome_fingerprint() == before
    assert digest_of(to_steps(observe_behaviour())) != whole


def test_another_fit_of_the_confidence_is_the_same_search(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, forget_all: Callable[[], None]
) -> None:
    """Also if it changes what is called answered; another order of the passages is another search."""
    before, outcome = compute_search_fingerprint(), compute_outcome_fingerprint()
    fitted = json.loads(calibration.CALIBRATION.read_text(encoding="utf-8"))
    fitted["read"]["intercept"] -= 2.0
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(fitted), encoding="utf-8")
    statuses = [answer["status"] for answer in observe_behaviour()[1]]
    monkeypatch.setattr(calibration, "CALIBRATION", path)
    forget_all()
    assert compute_search_fingerprint() == before
    assert compute_outcome_fingerprint() != outcome
    assert [answer["status"] for answer in observe_behaviour()[1]] != statuses
    monkeypatch.setattr("qa.ranking.stages.rerank.MAX_RELEVANCE", 3.0)
    forget_all()
    assert compute_search_fingerprint() != before


def test_other_weights_of_the_same_networks_are_the_same_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, forget_all: Callable[[], None]
) -> None:
    """A larger network is more work."""
    before, search = compute_work_fingerprint(), compute_search_fingerprint()
    shutil.copytree(reader.SHIPPED, tmp_path / "reader")
    heads = tmp_path / "reader" / "heads.npz"
    heads.write_bytes(bytes(heads.stat().st_size))
    monkeypatch.setattr(reader, "SHIPPED", tmp_path / "reader")
    forget_all()
    assert compute_work_fingerprint() == before
    assert compute_search_fingerprint() != search
    heads.write_bytes(bytes(heads.stat().st_size + 1))
    forget_all()
    assert compute_work_fingerprint() != before


def test_a_document_is_stale_unless_every_part_is_of_this_program(tmp_path: Path) -> None:
    """One without a stamp is."""
    document = tmp_path / "document.md"
    write = partial(document.write_text, encoding="utf-8")
    write(f"# Figures\n{stamp_line()}\n")
    assert not is_stale(document)
    write(f"# Figures\n{stamp_line()}\n{stamp_line('another')}\n")
    assert is_stale(document)
    write(f"# Figures\n{stamp_line('another')}\n")
    assert not is_stale(document, "another")
    write("# Figures\n")
    assert is_stale(document)


def test_the_measured_documents_are_of_this_program() -> None:
    """Otherwise the message says how each is measured again."""
    programs = {
        name: (compute_search_fingerprint if name in UNCALIBRATED else compute_fingerprint)(
            "large" if name.endswith("-large.md") else "shipped"
        )
        for name in MEASURED
    }
    programs["docs/performance.md"] = compute_work_fingerprint()
    programs["docs/quality.md"] = compute_ablation_fingerprint()
    stale = {name: command for name, command in MEASURED.items() if is_stale(ROOT / name, programs.get(name, ""))}
    assert not stale, "\n".join(f"{name} is stale; measure again with: {command}" for name, command in stale.items())


def test_every_measured_document_is_checked() -> None:
    """A report that is added is not forgotten."""
    reports = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "reports").glob("*.md")}
    assert reports <= MEASURED.keys()

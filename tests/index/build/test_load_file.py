"""One file becomes documents and problems, and no exception."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build.load_file import SourceFile, load_file
from index.parsers import PARSERS
from index.types import Document, LoadProblem

LIMIT = 1_000_000


def load(path: Path) -> list[Document | LoadProblem]:
    return list(load_file(SourceFile(path, path.name), LIMIT, has_sidecar=False))


def only_problem(path: Path) -> LoadProblem:
    """The problem of a file that gives no document."""
    (item,) = load(path)
    assert isinstance(item, LoadProblem)
    return item


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError(13, "Permission denied"), "cannot be read (Permission denied); let this user read it"),
        (FileNotFoundError(2, "No such file"), "disappeared while loading; build again"),
        (OSError(5, "Input/output error"), "cannot be read (Input/output error)"),
    ],
)
def test_a_file_that_will_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, reason: str
) -> None:
    """What the system refuses, or takes away between listing and reading, is named with its reason."""
    (tmp_path / "bad.txt").write_text("x", encoding="utf-8")
    whole = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path.name == "bad.txt":
            raise error
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    problem = only_problem(tmp_path / "bad.txt")
    assert problem.where == "bad.txt"
    assert reason in problem.reason


def test_a_fault_of_a_parser_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text with a lone surrogate never passes, whichever parser returned it."""
    parsers = {**PARSERS, ".md": lambda path, name: [Document(name, "a\ud800")]}
    monkeypatch.setattr("index.parsers.PARSERS", parsers)
    (tmp_path / "faulty.md").write_text("x", encoding="utf-8")
    problem = only_problem(tmp_path / "faulty.md")
    assert problem.where == "faulty.md"
    assert "half of a surrogate pair" in problem.reason


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(PARSERS)), st.binary(max_size=300))
def test_any_bytes_give_a_document_or_a_reason(tmp_path: Path, extension: str, data: bytes) -> None:
    """Whatever a file contains, it gives documents or problems, and nothing is raised."""
    bad = tmp_path / f"bad{extension}"
    bad.write_bytes(data)
    assert load(bad) or not data.strip()

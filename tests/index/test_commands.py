"""python -m index, as a user runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def index(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "index", *arguments],
        cwd=ROOT,
        env=os.environ | {"HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("command", [(), ("build",), ("status",), ("verify",), ("rollback",)])
def test_help_has_an_example(command: tuple[str, ...]) -> None:
    """Every command explains itself, with a line that can be copied."""
    done = index(*command, "--help")
    assert done.returncode == 0
    assert f"Example: python -m index {' '.join(command)}".rstrip() in done.stdout


def test_a_whole_life(tmp_path: Path) -> None:
    """Build, build again, status, verify, change, roll back, damage: each says what it did."""
    texts, where = tmp_path / "texts", ("--index", str(tmp_path / "index"))
    texts.mkdir()
    (texts / "a.txt").write_text("Cats sleep on mats.", encoding="utf-8")
    (texts / "b.exe").write_bytes(b"MZ")
    first = index("build", str(texts), *where)
    assert first.returncode == 0
    assert "built 000001-" in first.stdout
    assert "left out    b.exe: no reader for .exe" in first.stderr
    assert "embedding: " in first.stderr
    assert index("build", str(texts), *where).stdout.startswith("nothing changed; serving 000001-")
    (texts / "a.txt").write_text("Dogs dig.", encoding="utf-8")
    assert "built 000002-" in index("build", str(texts), *where).stdout
    status = index("status", *where).stdout
    assert "serving     000002-" in status
    assert "1 document, 1 passage, 1 unit\n" in status
    verified = index("verify", *where)
    assert (verified.returncode, verified.stdout.count("every hash and every invariant holds")) == (0, 2)
    assert index("rollback", *where).stdout.startswith("serving 000001-")
    damaged = next((tmp_path / "index").glob("000002-*")) / "units.npy"
    damaged.write_bytes(b"")
    found = index("verify", *where)
    assert found.returncode == 1
    assert "units.npy is damaged" in found.stdout
    assert "error: damaged: 000002-" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("build", "nowhere"), 2, "nowhere does not exist"),
        (("build", "tests/browser"), 1, "holds no text that can be read"),
        (("build", "seeds", "--store", "milvus"), 2, "invalid value 'milvus' for --store: must be one of exact, faiss"),
        (("build", "seeds", "--model", "no such/model"), 1, "is not a local folder and was not found on the Hugging Face Hub"),
        (("build", "seeds", "--index", "LICENSE"), 1, "cannot write to LICENSE"),
        (("build", "seeds", "--index", "seeds/index"), 2, "the index folder seeds/index lies inside seeds"),
        (("build", "seeds", "--keep", "0"), 2, "invalid value '0' for --keep: must be at least 1"),
        (("build", "seeds", "--index", ""), 2, "invalid value '' for --index: must not be empty"),
        (("build", "seeds", "--model", "nobody/has-this"), 1, "name a folder that holds it, or use 'all-MiniLM-L6-v2'"),
        (("build", "seeds", "--model", "docs"), 1, "does not hold a sentence-transformers model"),
        (("status",), 1, "there is no index in"),
        (("verify",), 1, "there is no index in"),
        (("rollback",), 1, "there is no index in"),
        (("fly",), 2, "No such command 'fly'"),
    ],
)  # fmt: skip
def test_an_error_is_one_sentence_with_its_exit_code(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """On standard error, without a traceback: 2 for wrong use, 1 for failure."""
    where = () if {"fly", "--index"} & set(arguments) else ("--index", str(tmp_path / "index"))
    done = index(*arguments, *where)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "index").exists() or arguments[0] == "build"

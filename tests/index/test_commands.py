"""python -m index, as a user runs it."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from index.__main__ import main

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def index(*arguments: str) -> Result:
    """Run the command in this process, which has the libraries loaded already."""
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


@pytest.mark.parametrize(
    "command", [(), ("build",), ("status",), ("verify",), ("rollback",), ("publish",), ("use-file",), ("prune",)]
)
def test_help_has_an_example(command: tuple[str, ...]) -> None:
    """Every command explains itself, with a line that can be copied."""
    done = index(*command, "--help")
    assert done.exit_code == 0
    assert f"Example: python -m index {' '.join(command)}".rstrip() in done.stdout


def test_a_process_writes_its_result_and_its_progress_apart(tmp_path: Path) -> None:
    """The result on standard output; steps and files left out on standard error."""
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "a.txt").write_text("Cats sleep on mats. Dogs dig.", encoding="utf-8")
    (texts / "b.exe").write_bytes(b"MZ")
    done = subprocess.run(
        [sys.executable, "-m", "index", "build", str(texts), "--index", str(tmp_path / "index")],
        env=os.environ, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.startswith("built 000001-")
    assert done.stdout.endswith("1 document, 1 passage, 3 units; 3 units embedded, 0 reused\n")
    assert "read        1 document in 1 file, 29 B: .txt 1\n" in done.stderr
    assert "left out    1 file: no parser for .exe: b.exe\n" in done.stderr
    assert "embedding: " in done.stderr


def test_a_whole_life(tmp_path: Path) -> None:
    """Build, build again, status, verify, change, roll back, damage: each says what it did."""
    texts, where = tmp_path / "my texts", ("--index", str(tmp_path / "index"))
    texts.mkdir()
    (texts / "a.txt").write_text("Cats sleep on mats.", encoding="utf-8")
    first = index("build", str(texts), *where)
    assert first.exit_code == 0
    assert "built 000001-" in first.stdout
    assert "1 document, 1 passage, 1 unit; 1 unit embedded, 0 reused\n" in first.stdout
    assert index("build", str(texts), *where).stdout.startswith("nothing changed; serving 000001-")
    (texts / "a.txt").write_text("Dogs dig.", encoding="utf-8")
    assert "built 000002-" in index("build", str(texts), *where).stdout
    status = index("status", *where).stdout
    assert "serving     000002-" in status
    assert "1 document, 1 passage, 1 unit\n" in status
    verified = index("verify", *where)
    assert (verified.exit_code, verified.stdout.count("every hash and every invariant holds")) == (0, 2)
    assert index("rollback", *where).stdout.startswith("serving 000001-")
    damaged = next((tmp_path / "index").glob("000002-*")) / "units.npy"
    damaged.write_bytes(b"")
    found = index("verify", *where)
    assert found.exit_code == 1
    assert "units.npy is damaged" in found.stdout
    assert "error: damaged: 000002-" in found.stderr
    # The command that is proposed can be pasted.
    remedy = found.stderr.partition("rebuild with: ")[2].strip()
    assert remedy == f"python -m index build '{texts}' --index {tmp_path / 'index'}"
    assert index(*shlex.split(remedy)[3:]).exit_code == 0


def test_a_lost_pointer_fails_until_it_is_repaired(tmp_path: Path) -> None:
    """``verify`` exits with 1 though every generation is sound; the command that it names repairs it."""
    where = ("--index", str(tmp_path / "index"))
    (tmp_path / "a.txt").write_text("Cats sleep on mats.", encoding="utf-8")
    assert index("build", str(tmp_path / "a.txt"), *where).exit_code == 0
    current = tmp_path / "index" / "CURRENT"
    name = current.read_text(encoding="utf-8").strip()
    for pointer in (None, "000009-deadbeef"):
        current.unlink()
        if pointer:
            current.write_text(pointer, encoding="utf-8")
        remedy = f"rollback --to {name} --index {tmp_path / 'index'}"
        for command in ("verify", "status", "rollback"):
            done = index(command, *where)
            assert (done.exit_code, remedy in done.stderr) == (1, True)
        assert "every hash and every invariant holds" in index("verify", *where).stdout
        done = index(*remedy.split())
        assert (done.exit_code, done.stdout) == (0, f"serving {name} instead of {pointer or 'none'}\n")
        assert index("verify", *where).exit_code == 0
    assert index("rollback", "--to", "000009-deadbeef", *where).exit_code == 2


def test_a_generation_without_a_manifest_fails_to_verify(tmp_path: Path) -> None:
    """Whether it is the one that is served or not."""
    where = ("--index", str(tmp_path / "index"))
    (tmp_path / "a.txt").write_text("Cats sleep on mats.", encoding="utf-8")
    index("build", str(tmp_path / "a.txt"), *where)
    (manifest,) = (tmp_path / "index").glob("*/manifest.json")
    manifest.unlink()
    done = index("verify", *where)
    assert (done.exit_code, f"{manifest} is missing" in done.stdout) == (1, True)
    assert f"error: damaged: {manifest.parent.name}" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("build", "nowhere"), 2, "nowhere does not exist"),
        (("build", "tests/browser"), 1, "holds no text that can be read"),
        (("build", "seeds", "--store", "redis"), 2, "invalid value 'redis' for --store: must be one of exact, faiss, milvus"),
        (("build", "seeds", "--model", "no such/model"), 1, "is not a local folder and was not found on the Hugging Face Hub"),
        (("build", "seeds", "--index", "LICENSE"), 1, "cannot write to LICENSE"),
        (("build", "seeds", "--index", "seeds/index"), 2, "the index folder seeds/index lies inside seeds"),
        (("build", "seeds", "--keep", "0"), 2, "invalid value '0' for --keep: must be a whole number from 1 to 1000"),
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
    assert done.exit_code == code, done.stderr
    assert words in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "index").exists() or arguments[0] == "build"

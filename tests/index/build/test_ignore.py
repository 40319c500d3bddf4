"""Ignore files decide as git's do, and one that cannot be understood lets nothing pass by mistake."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.build.ignore import IGNORE_FILE, IgnoreRules
from index.build.inventory import Skip, SkipReason
from index.build.load import list_file_ids, load_documents
from index.errors import UsageError

LIMIT = 1_000_000
GIT = shutil.which("git") or ""
NAMES = ("a.txt", "b.txt", "drafts/a.txt", "drafts/old/a.txt", "notes/drafts", "notes/b.log", "notes/old/c d.txt")
PATTERNS = ["*.log", "!b.log", "drafts", "drafts/", "/a.txt", "old/*", "**/old", "notes/**", "!notes/", "[ab].txt", "# b.txt", "c\\ d.txt", "a.*", "!/drafts/a.txt", "*", "!*/", ""]  # fmt: skip


def write_files(folder: Path, ignore: dict[str, list[str]]) -> None:
    """Write all files, and ignore files for this program and for git, by folder."""
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("Killy walks.", encoding="utf-8")
    for where, lines in ignore.items():
        for name in (IGNORE_FILE, ".gitignore"):
            (folder / where / name).write_text("\n".join(lines), encoding="utf-8")


lines = st.lists(st.sampled_from(PATTERNS), max_size=4)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty repository, which says of any folder what git would ignore in it."""
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run([GIT, "init", "-q", "--bare", folder], check=True)
    return folder


@pytest.mark.skipif(GIT == "", reason="git is not installed")
@settings(max_examples=40)
@example(ignore={"": ["notes/**", "!b.log"], "notes": [], "drafts/old": []})
@example(ignore={"": ["drafts/", "notes/**"], "notes": ["!*/"], "drafts/old": []})
@example(ignore={"": ["**/old", "!*/"], "notes": [], "drafts/old": []})
@given(ignore=st.fixed_dictionaries({"": lines, "notes": lines, "drafts/old": lines}))
def test_what_is_read_is_what_git_would_not_ignore(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, ignore: dict[str, list[str]]
) -> None:
    """In every folder, with the rules of inner ignore files before those of outer ones."""
    folder = tmp_path_factory.mktemp("texts")
    write_files(folder, ignore)
    command = [GIT, f"--git-dir={repository}", f"--work-tree={folder}", "ls-files", "-z", "--others"]
    command.append("--exclude-per-directory=.gitignore")
    listed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.split("\0")
    seen = {name for name in listed if name and not Path(name).name.startswith(".")}
    assert list_file_ids(folder) == seen, ignore
    rules = IgnoreRules(folder)
    assert {name for name in NAMES if not rules.skips(folder / name)} == seen


def test_what_is_ignored_is_counted_and_its_sidecar_with_it(tmp_path: Path) -> None:
    """A folder counts once, and nothing in it is read."""
    write_files(tmp_path, {"": ["drafts/", "b.txt"]})
    (tmp_path / "b.txt.toml").write_text('title = "B"', encoding="utf-8")
    (tmp_path / ".gitignore").unlink()
    loaded = load_documents(tmp_path, LIMIT)
    assert [document.id for document in loaded.documents] == ["a.txt", "notes/old/c d.txt"]
    ignored = [skip.where for skip in loaded.skipped if skip.reason is SkipReason.IGNORED]
    assert sorted(ignored) == ["b.txt", "b.txt.toml", "drafts"]
    assert Skip(IGNORE_FILE, SkipReason.HIDDEN) in loaded.skipped
    assert {problem.where for problem in loaded.problems} == {"notes/b.log", "notes/drafts"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"*.log\n!", "invalid pattern '!' in line 2 of"),
        (b"[z-a]", "invalid pattern '[z-a]' in line 1 of"),
        (b"\xff\xfe\x00", "it is not UTF-8"),
    ],
)
def test_an_ignore_file_that_cannot_be_understood_stops_the_build(tmp_path: Path, content: bytes, words: str) -> None:
    """What it protects might be published otherwise; the error names file, line and value."""
    (tmp_path / "a.txt").write_text("Killy walks.", encoding="utf-8")
    (tmp_path / IGNORE_FILE).write_bytes(content)
    with pytest.raises(UsageError) as error:
        load_documents(tmp_path, LIMIT)
    assert words in str(error.value)
    assert str(tmp_path / IGNORE_FILE) in str(error.value)


def test_a_pipe_in_place_of_an_ignore_file_does_not_hang(tmp_path: Path) -> None:
    """It is never opened."""
    (tmp_path / "a.txt").write_text("Killy walks.", encoding="utf-8")
    os.mkfifo(tmp_path / IGNORE_FILE)
    with pytest.raises(UsageError, match="is no file; remove it"):
        list_file_ids(tmp_path)

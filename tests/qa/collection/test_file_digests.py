"""The digest of a file is computed once while the file stays as it is, and again as soon as it is another one."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from index.build.pipeline import build_index
from index.generation.directory import IndexDirectory
from index.settings import IndexSettings
from qa.collection import file_digests
from qa.collection.file_digests import MAX_FILES, MIN_AGE_NS, FileDigests
from qa.collection.originals import Originals
from qa.errors import OriginalNotFound
from tests.doubles import WordEncoder


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read."""
    names: list[str] = []
    digest = file_digests.hashlib.file_digest

    def note(file: Any, name: str) -> Any:  # noqa: ANN401 — passed on
        names.append(Path(file.name).name if isinstance(file.name, str) else "")
        return digest(file, name)

    monkeypatch.setattr(file_digests, "hashlib", SimpleNamespace(file_digest=note))
    return names


def know_later(path: Path) -> Callable[[], int]:
    """Return a clock that is long after the last change of a file."""
    return lambda: max(path.stat().st_mtime_ns, path.stat().st_ctime_ns) + 2 * MIN_AGE_NS


def compute(digests: FileDigests, path: Path) -> str:
    with path.open("rb") as file:
        return digests.compute(file).hex()


def test_a_file_that_stays_is_read_once(tmp_path: Path, hashed: list[str]) -> None:
    """Also by several threads; one of the same name and size in its place is another file."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"one")
    digests = FileDigests(know_later(path))
    with ThreadPoolExecutor(8) as pool:
        found = {compute(digests, path), *pool.map(lambda _: compute(digests, path), range(50))}
    assert found == {sha256(b"one").hexdigest()}
    assert hashed == ["a.pdf"]
    (tmp_path / "new").write_bytes(b"two")
    os.utime(tmp_path / "new", ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    (tmp_path / "new").replace(path)
    assert compute(digests, path) == sha256(b"two").hexdigest()
    assert hashed == ["a.pdf", "a.pdf"]


def test_a_file_that_just_changed_is_read_again(tmp_path: Path, hashed: list[str]) -> None:
    """The next change might come within the same tick of the file system's clock."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"one")
    digests = FileDigests(lambda: path.stat().st_ctime_ns + MIN_AGE_NS // 2)
    assert compute(digests, path) == compute(digests, path)
    assert len(hashed) == 2


def test_few_files_are_remembered(tmp_path: Path, hashed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were asked for last."""
    assert MAX_FILES < 10_000
    monkeypatch.setattr(file_digests, "MAX_FILES", 2)
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_bytes(path.name.encode())
    digests = FileDigests(know_later(paths[-1]))
    for path in (*paths, paths[2], paths[1], paths[0]):
        compute(digests, path)
    assert hashed == ["a", "b", "c", "a"]


def test_an_original_that_changed_is_refused(tmp_path: Path, hashed: list[str]) -> None:
    """Though it was right before, has its old size, and says that it was last changed at its old time."""
    path = tmp_path / "texts" / "a.txt"
    path.parent.mkdir()
    path.write_text("Cats sleep.", encoding="utf-8")
    build_index(path.parent, IndexSettings(index=str(tmp_path / "index")), WordEncoder())
    originals = Originals(IndexDirectory(tmp_path / "index").open_current().folder, str(path.parent))
    originals._digests = FileDigests(know_later(path))
    for _ in range(3):
        with originals.open("a.txt").file as file:
            assert file.read() == b"Cats sleep."
    assert len(hashed) == 1
    before = path.stat()
    while path.stat().st_ctime_ns == before.st_ctime_ns:
        path.write_text("Dogs sleep.", encoding="utf-8")
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(OriginalNotFound, match="was changed; build again"):
        originals.open("a.txt")

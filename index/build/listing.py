"""List the files of a folder: what is read, what is passed over, and what cannot be listed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.build.collection_file import COLLECTION_FILE, read_collection_file
from index.build.ignore import IgnoreRules, is_hidden
from index.build.inventory import Skip, SkipReason
from index.build.load_file import SourceFile, escape_surrogates, report_problem
from index.errors import LoadError
from index.generation.collection_info import NO_INFO, CollectionInfo
from index.progress import Advance
from index.types import LoadProblem


@dataclass(frozen=True, slots=True)
class Listing:
    """What is below a folder: files sorted by id, the ids of their sidecars, what was passed over, and problems."""

    files: tuple[SourceFile, ...]
    sidecars: frozenset[str] = frozenset()
    problems: tuple[LoadProblem, ...] = ()
    skipped: tuple[Skip, ...] = ()
    collection: CollectionInfo | None = NO_INFO

    def has_sidecar(self, file: SourceFile) -> bool:
        """Return whether a file is described by another one."""
        return file.sidecar.id in self.sidecars


def list_source(source: Path, advance: Advance) -> Listing:
    """List a folder with all below it, or one file. Raise UsageError if an ignore file cannot be understood."""
    return _list_folder(source.absolute(), advance) if source.is_dir() else _list_file(source.absolute())


def _list_file(path: Path) -> Listing:
    """List one file, which may be a link: whoever names it means it."""
    file = SourceFile(path, path.name)
    return Listing((file,), frozenset([file.sidecar.id] if os.path.lexists(file.sidecar.path) else []))


def _list_folder(root: Path, advance: Advance) -> Listing:
    """List a folder; sidecars that belong to no file are problems, and those of files passed over are so, too."""
    walk = _Walk(root, advance)
    walk.run()
    collection = _take_collection(walk)
    ids = {file.id for file in walk.files} | {problem.where for problem in walk.problems}
    reasons = {skip.where: skip.reason for skip in walk.skipped}
    sidecars = sorted((file for file in walk.files if file.is_sidecar), key=lambda file: file.id)
    for file in sidecars:
        if file.described_id in reasons:
            walk.skipped.append(Skip(file.id, reasons[file.described_id]))
        elif file.described_id not in ids:
            walk.problems.append(_report_orphan(file))
    return Listing(
        tuple(sorted((file for file in walk.files if not file.is_sidecar), key=lambda file: file.id)),
        frozenset(file.id for file in sidecars),
        tuple(walk.problems),
        tuple(Skip(escape_surrogates(skip.where), skip.reason) for skip in walk.skipped),
        collection,
    )


def _take_collection(walk: "_Walk") -> CollectionInfo | None:
    """Take the file that describes the collection out of the list and read it; one that is wrong is a problem."""
    file = next((file for file in walk.files if file.id == COLLECTION_FILE), None)
    if file is None:
        return NO_INFO
    walk.files.remove(file)
    try:
        return read_collection_file(file.path)
    except LoadError as error:
        walk.problems.append(LoadProblem(file.id, str(error)))
        return None


class _Walk:
    """Lists all files below a folder, what cannot be listed, and what is passed over.

    Links to folders are followed after all real folders, and each folder is listed once. So a folder has the ids of
    its real place, and a link to a folder around it ends there.
    """

    def __init__(self, root: Path, advance: Advance) -> None:
        self.files: list[SourceFile] = []
        self.problems: list[LoadProblem] = []
        self.skipped: list[Skip] = []
        self._root, self._advance, self._rules = root, advance, IgnoreRules(root)
        self._folders, self._links = [root], list[Path]()
        self._seen: set[tuple[int, int]] = set()

    def run(self) -> None:
        """List everything."""
        while self._folders or self._links:
            folder = self._folders.pop() if self._folders else self._links.pop(0)
            count = len(self.files)
            with self._report_errors(folder):
                for child in _list_children(folder, self._seen):
                    with self._report_errors(child):
                        self._add(child)
            self._advance(len(self.files) - count)
        self.skipped.sort(key=lambda skip: skip.where)

    @contextmanager
    def _report_errors(self, path: Path) -> Iterator[None]:
        try:
            yield
        except (OSError, LoadError) as error:
            self.problems.append(report_problem(_make_file(path, self._root), error))

    def _add(self, path: Path) -> None:
        is_folder = path.is_dir()
        reason = _find_skip_reason(path, is_folder, self._rules)
        if reason:
            self.skipped.append(Skip(_make_file(path, self._root).id, reason))
        elif not is_folder:
            self.files.append(_make_file(path, self._root))
        elif path.is_symlink():
            self._links.append(path)
        else:
            self._folders.append(path)


def _find_skip_reason(path: Path, is_folder: bool, rules: IgnoreRules) -> SkipReason | None:
    """Return why a path is passed over, or None."""
    if is_hidden(path):
        return SkipReason.HIDDEN
    if rules.ignores(path, is_folder):
        return SkipReason.IGNORED
    return SkipReason.OUTWARD if _leads_out(path, rules.root) else None


def _make_file(path: Path, root: Path) -> SourceFile:
    return SourceFile(path, path.relative_to(root).as_posix())


def _list_children(folder: Path, seen: set[tuple[int, int]]) -> list[Path]:
    """List a folder, sorted; raise LoadError if the folder was ``seen``, else add it there."""
    status = folder.stat()
    identity = status.st_dev, status.st_ino
    if identity in seen:
        raise LoadError("is a link to a folder that is read already or contains it; remove the link")
    seen.add(identity)
    return sorted(folder.iterdir())


def _leads_out(path: Path, root: Path) -> bool:
    """Return whether a path is a link to something that is not below ``root``.

    If such links were followed, whoever may write into the folder could publish all that the builder may read.
    """
    return path.is_symlink() and path.exists() and not path.resolve().is_relative_to(root.resolve())


def _report_orphan(file: SourceFile) -> LoadProblem:
    described = escape_surrogates(file.described_id)
    return LoadProblem(escape_surrogates(file.id), f"describes {described}, which does not exist; rename or remove it")

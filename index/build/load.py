"""Load all documents of a folder, and list what cannot be read with the reason."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.build.load_file import SourceFile, escape_surrogates, report_problem
from index.build.parser_process import ParseLimits, ParserProcess
from index.build.sources import NO_SOURCES, Sources, SourceState, hash_source
from index.errors import LoadError, UsageError
from index.types import Document, LoadProblem

OUTWARD_LINK = "is a link that leads out of the folder; copy what it leads to into the folder, or remove the link"


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Documents with unique ids, sorted by file, and a problem for each file or line that was left out.

    ``unchanged`` are the ids of the documents in files that are as ``sources``, the table of the build before, knows
    them; they were not parsed. The new table has all files that hold a document.
    """

    documents: tuple[Document, ...]
    problems: tuple[LoadProblem, ...]
    unchanged: frozenset[str] = frozenset()
    sources: Sources = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """True if nothing that can be indexed was found."""
        return not self.documents and not self.unchanged


@dataclass(frozen=True, slots=True)
class _Listing:
    """What is below a folder: files sorted by id, the ids of their sidecars, and a problem for all that is left out."""

    files: tuple[SourceFile, ...]
    sidecars: frozenset[str] = frozenset()
    problems: tuple[LoadProblem, ...] = ()


def list_file_ids(source: Path) -> frozenset[str]:
    """Return the ids of the files that a build reads below a folder, or of one file."""
    listing = _list_folder(source.absolute()) if source.is_dir() else _list_file(source.absolute())
    return frozenset(file.id for file in listing.files)


def load_documents(
    source: Path, max_bytes: int, limits: ParseLimits | None = None, known: Sources = NO_SOURCES
) -> LoadResult:
    """Load every document below a folder, or in one file. Hidden files and folders are skipped.

    Files that are as ``known`` has them are not parsed. A file that cannot be read, has more than ``max_bytes`` or goes
    beyond ``limits`` is a problem in the result. Raise UsageError if ``source`` does not exist.
    """
    if not os.path.lexists(source):
        raise UsageError(f"{source} does not exist; name a folder of text files, or one file")
    listing = _list_folder(source.absolute()) if source.is_dir() else _list_file(source.absolute())
    hashes = {file: hash_source(file, file.sidecar.id in listing.sidecars, max_bytes) for file in listing.files}
    unchanged = {file for file in listing.files if _is_unchanged(known.get(file.id), hashes[file])}
    changed = [file for file in listing.files if file not in unchanged]
    parsed: dict[SourceFile, list[Document | LoadProblem]] = {}
    if changed:
        with ParserProcess(limits or ParseLimits(), max_bytes) as parsers:
            parsed = {file: parsers.load(file, file.sidecar.id in listing.sidecars) for file in changed}
    merger = _Merger(listing.problems)
    for file in listing.files:
        if file in unchanged:
            merger.add_unchanged(file, known[file.id])
        else:
            merger.add_parsed(file, parsed[file], hashes[file])
    return merger.result


def _is_unchanged(state: SourceState | None, sha256: str | None) -> bool:
    return state is not None and not state.has_problems and state.sha256 == sha256


class _Merger:
    """Collects the documents and problems of all files; the first of two documents with the same id stays."""

    def __init__(self, problems: Sequence[LoadProblem]) -> None:
        self._documents: dict[str, Document | None] = {}  # None: as it is in the index
        self._problems, self._sources = list(problems), dict[str, SourceState]()

    def add_unchanged(self, file: SourceFile, state: SourceState) -> None:
        """Add the documents of a file that was not parsed."""
        added = [self._add(file, name, None) for name in state.documents]
        if all(added):
            self._sources[file.id] = state

    def add_parsed(self, file: SourceFile, items: Sequence[Document | LoadProblem], sha256: str | None) -> None:
        """Add what a parser found in a file."""
        documents = [item for item in items if isinstance(item, Document)]
        self._problems += [item for item in items if isinstance(item, LoadProblem)]
        added = [self._add(file, document.id, document) for document in documents]
        if all(added) and documents and sha256:
            names = tuple(document.id for document in documents)
            self._sources[file.id] = SourceState(sha256, names, has_problems=len(documents) < len(items))

    def _add(self, file: SourceFile, id: str, document: Document | None) -> bool:
        is_new = id not in self._documents
        if is_new:
            self._documents[id] = document
        else:
            self._problems.append(LoadProblem(file.id, f"the document id {id!r} is already used; give each its own"))
        return is_new

    @property
    def result(self) -> LoadResult:
        """Everything that was added."""
        documents = tuple(document for document in self._documents.values() if document)
        unchanged = frozenset(name for name, document in self._documents.items() if not document)
        return LoadResult(documents, tuple(self._problems), unchanged, self._sources)


def _list_file(path: Path) -> _Listing:
    """List one file, which may be a link: whoever names it means it."""
    file = SourceFile(path, path.name)
    return _Listing((file,), frozenset([file.sidecar.id] if os.path.lexists(file.sidecar.path) else []))


def _list_folder(root: Path) -> _Listing:
    """List a folder; links that lead out of it and sidecars that belong to no file are problems."""
    listed, problems = _list_files(root)
    ids = {file.id for file in listed} | {problem.where for problem in problems}
    problems += [_report_orphan(file) for file in listed if file.is_sidecar and file.described_id not in ids]
    sidecars = frozenset(file.id for file in listed if file.is_sidecar)
    return _Listing(tuple(file for file in listed if not file.is_sidecar), sidecars, tuple(problems))


def _list_files(root: Path) -> tuple[list[SourceFile], list[LoadProblem]]:
    """List all files below ``root`` that are not hidden, sorted by id, and what cannot be listed or leads out.

    Links to folders are followed after all real folders, and each folder is listed once. So a folder has the ids of
    its real place, and a link to a folder around it ends there.
    """
    folders, links = [root], list[Path]()
    files: list[SourceFile] = []
    problems: list[LoadProblem] = []
    seen: set[tuple[int, int]] = set()
    while folders or links:
        folder = folders.pop() if folders else links.pop(0)
        try:
            children = _list_children(folder, seen)
            outward = {child for child in children if _leads_out(child, root)}
            subfolders = [child for child in children if child not in outward and child.is_dir()]
        except (OSError, LoadError) as error:
            problems.append(report_problem(_make_file(folder, root), error))
            continue
        problems += [report_problem(_make_file(child, root), LoadError(OUTWARD_LINK)) for child in sorted(outward)]
        files += [_make_file(child, root) for child in children if child not in outward.union(subfolders)]
        folders += [child for child in subfolders if not child.is_symlink()]
        links += [child for child in subfolders if child.is_symlink()]
    return sorted(files, key=lambda file: file.id), problems


def _make_file(path: Path, root: Path) -> SourceFile:
    return SourceFile(path, path.relative_to(root).as_posix())


def _list_children(folder: Path, seen: set[tuple[int, int]]) -> list[Path]:
    """List what is not hidden in a folder, sorted; raise LoadError if the folder was ``seen``, else add it there."""
    status = folder.stat()
    identity = status.st_dev, status.st_ino
    if identity in seen:
        raise LoadError("is a link to a folder that is read already or contains it; remove the link")
    seen.add(identity)
    return sorted(child for child in folder.iterdir() if not child.name.startswith("."))


def _leads_out(path: Path, root: Path) -> bool:
    """Return whether a path is a link to something that is not below ``root``.

    If such links were followed, whoever may write into the folder could publish all that the builder may read.
    """
    return path.is_symlink() and path.exists() and not path.resolve().is_relative_to(root.resolve())


def _report_orphan(file: SourceFile) -> LoadProblem:
    described = escape_surrogates(file.described_id)
    return LoadProblem(escape_surrogates(file.id), f"describes {described}, which does not exist; rename or remove it")

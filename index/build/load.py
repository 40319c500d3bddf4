"""Load all documents of a folder, and list what cannot be read with the reason."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from index.build.ignore import IgnoreRules, is_hidden
from index.build.inventory import FormatCount, Inventory, Skip, SkipReason
from index.build.load_file import SourceFile, escape_surrogates, report_problem
from index.build.parser_process import ParseLimits, ParserProcess
from index.build.sources import NO_SOURCES, Sources, SourceState, hash_source
from index.errors import LoadError, UsageError
from index.parsers import find_extension
from index.progress import NO_PROGRESS, Advance, Progress, Silent
from index.types import Document, LoadProblem


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Documents with unique ids, sorted by file, and a problem for each file or line that was left out.

    ``unchanged`` are the ids of the documents in files that are as ``sources``, the table of the build before, knows
    them; they were not parsed. The new table has all files that hold a document. ``formats`` counts what was read, by
    extension; ``skipped`` is what was passed over.
    """

    documents: tuple[Document, ...]
    problems: tuple[LoadProblem, ...]
    unchanged: frozenset[str] = frozenset()
    sources: Sources = field(default_factory=dict)
    skipped: tuple[Skip, ...] = ()
    formats: Mapping[str, FormatCount] = field(default_factory=dict)

    @property
    def inventory(self) -> Inventory:
        """What was found, without the documents."""
        return Inventory(self.formats, self.skipped, self.problems)

    @property
    def is_empty(self) -> bool:
        """True if nothing that can be indexed was found."""
        return not self.documents and not self.unchanged


@dataclass(frozen=True, slots=True)
class _Listing:
    """What is below a folder: files sorted by id, the ids of their sidecars, what was passed over, and problems."""

    files: tuple[SourceFile, ...]
    sidecars: frozenset[str] = frozenset()
    problems: tuple[LoadProblem, ...] = ()
    skipped: tuple[Skip, ...] = ()

    def has_sidecar(self, file: SourceFile) -> bool:
        """Return whether a file is described by another one."""
        return file.sidecar.id in self.sidecars


def list_file_ids(source: Path) -> frozenset[str]:
    """Return the ids of the files that a build reads below a folder, or of one file."""
    return frozenset(file.id for file in _list_source(source, NO_PROGRESS).files)


def load_documents(
    source: Path,
    max_bytes: int,
    limits: ParseLimits | None = None,
    known: Sources = NO_SOURCES,
    progress: Progress | None = None,
) -> LoadResult:
    """Load every document below a folder, or in one file.

    Hidden files and folders, what ignore files name, and links out of the folder are passed over. Files that are as
    ``known`` has them are not parsed. A file that cannot be read, has more than ``max_bytes`` or goes beyond ``limits``
    is a problem in the result. Raise UsageError if ``source`` does not exist or an ignore file cannot be understood.
    """
    if not os.path.lexists(source):
        raise UsageError(f"{source} does not exist; name a folder of text files, or one file")
    progress = progress or Silent()
    with progress.step("listing", None) as advance:
        listing = _list_source(source, advance)
    sizes = {file: file.read_size() for file in listing.files}
    hashes: dict[SourceFile, str | None] = {}
    with progress.step("hashing", sum(sizes.values()), "B") as advance:
        for file, size in sizes.items():
            hashes[file] = hash_source(file, listing.has_sidecar(file), max_bytes)
            advance(size)
    unchanged = {file for file in listing.files if _is_unchanged(known.get(file.id), hashes[file])}
    changed = {file: size for file, size in sizes.items() if file not in unchanged}
    parsed = _parse_files(listing, changed, (limits or ParseLimits(), max_bytes), progress)
    merger = _Merger(listing)
    for file in listing.files:
        if file in unchanged:
            merger.add_unchanged(file, known[file.id], sizes[file])
        else:
            merger.add_parsed(file, parsed[file], hashes[file], sizes[file])
    return merger.result


def _is_unchanged(state: SourceState | None, sha256: str | None) -> bool:
    return state is not None and not state.has_problems and state.sha256 == sha256


def _parse_files(
    listing: _Listing, sizes: Mapping[SourceFile, int], limits: tuple[ParseLimits, int], progress: Progress
) -> dict[SourceFile, list[Document | LoadProblem]]:
    """Parse files, given with their sizes, in a child process; it is not started if there are none."""
    parsed: dict[SourceFile, list[Document | LoadProblem]] = {}
    if not sizes:
        return parsed
    with progress.step("parsing", sum(sizes.values()), "B") as advance, ParserProcess(*limits, advance) as parsers:
        for number, (file, size) in enumerate(sizes.items(), 1):
            parsed[file] = parsers.load(file, listing.has_sidecar(file))
            advance(size, f"{number} of {len(sizes)} files")
    return parsed


class _Merger:
    """Collects the documents and problems of all files; the first of two documents with the same id stays."""

    def __init__(self, listing: _Listing) -> None:
        self._documents: dict[str, Document | None] = {}  # None: as it is in the index
        self._problems, self._sources = list(listing.problems), dict[str, SourceState]()
        self._skipped, self._formats = listing.skipped, dict[str, FormatCount]()

    def add_unchanged(self, file: SourceFile, state: SourceState, size: int) -> None:
        """Add the documents of a file that was not parsed."""
        added = [self._add(file, name, None) for name in state.documents]
        self._count(file, size, sum(added))
        if all(added):
            self._sources[file.id] = state

    def add_parsed(
        self, file: SourceFile, items: Sequence[Document | LoadProblem], sha256: str | None, size: int
    ) -> None:
        """Add what a parser found in a file."""
        documents = [item for item in items if isinstance(item, Document)]
        self._problems += [item for item in items if isinstance(item, LoadProblem)]
        added = [self._add(file, document.id, document) for document in documents]
        self._count(file, size, sum(added))
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

    def _count(self, file: SourceFile, size: int, documents: int) -> None:
        if documents:
            extension = find_extension(file.path.name) or file.path.suffix
            before = self._formats.get(extension, FormatCount())
            self._formats[extension] = before + FormatCount(1, size, documents)

    @property
    def result(self) -> LoadResult:
        """Everything that was added."""
        documents = tuple(document for document in self._documents.values() if document)
        unchanged = frozenset(name for name, document in self._documents.items() if not document)
        formats = dict(sorted(self._formats.items()))
        return LoadResult(documents, tuple(self._problems), unchanged, self._sources, self._skipped, formats)


def _list_source(source: Path, advance: Advance) -> _Listing:
    return _list_folder(source.absolute(), advance) if source.is_dir() else _list_file(source.absolute())


def _list_file(path: Path) -> _Listing:
    """List one file, which may be a link: whoever names it means it."""
    file = SourceFile(path, path.name)
    return _Listing((file,), frozenset([file.sidecar.id] if os.path.lexists(file.sidecar.path) else []))


def _list_folder(root: Path, advance: Advance) -> _Listing:
    """List a folder; sidecars that belong to no file are problems, and those of files passed over are so, too."""
    walk = _Walk(root, advance)
    walk.run()
    ids = {file.id for file in walk.files} | {problem.where for problem in walk.problems}
    reasons = {skip.where: skip.reason for skip in walk.skipped}
    sidecars = sorted((file for file in walk.files if file.is_sidecar), key=lambda file: file.id)
    for file in sidecars:
        if file.described_id in reasons:
            walk.skipped.append(Skip(file.id, reasons[file.described_id]))
        elif file.described_id not in ids:
            walk.problems.append(_report_orphan(file))
    return _Listing(
        tuple(sorted((file for file in walk.files if not file.is_sidecar), key=lambda file: file.id)),
        frozenset(file.id for file in sidecars),
        tuple(walk.problems),
        tuple(Skip(escape_surrogates(skip.where), skip.reason) for skip in walk.skipped),
    )


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

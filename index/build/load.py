"""Load all documents of a folder, and list what cannot be read with the reason."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.build.collection_file import COLLECTION_FILE, read_collection_file
from index.build.ignore import IgnoreRules, is_hidden
from index.build.inventory import FormatCount, Inventory, Skip, SkipReason
from index.build.load_file import SourceFile, escape_surrogates, report_problem
from index.build.parser_process import ParseLimits, ParserProcess
from index.build.sources import NO_SOURCES, Sources, SourceState, hash_source
from index.errors import LoadError, UsageError
from index.generation.collection_info import NO_INFO, CollectionInfo
from index.parsers import find_extension
from index.progress import NO_PROGRESS, Advance, Progress, Silent
from index.types import Document, LoadProblem


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Documents with unique ids, sorted by file, and a problem for each file or line that was left out.

    ``unchanged`` are the ids of the documents in files that are as ``sources``, the table of the build before, knows
    them; they were not parsed. The new table has all files that hold a document. ``formats`` counts what was read, by
    extension; ``skipped`` is what was passed over. ``collection`` is what the folder says of itself, None if that
    cannot be read.
    """

    documents: tuple[Document, ...]
    problems: tuple[LoadProblem, ...]
    unchanged: frozenset[str] = frozenset()
    sources: Sources = field(default_factory=dict)
    skipped: tuple[Skip, ...] = ()
    formats: Mapping[str, FormatCount] = field(default_factory=dict)
    collection: CollectionInfo | None = NO_INFO

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
    collection: CollectionInfo | None = NO_INFO

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
        self._collection = listing.collection

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
        found = LoadResult(documents, tuple(self._problems), unchanged, self._sources, self._skipped, formats)
        return replace(found, collection=self._collection)


def _list_source(source: Path, advance: Advance) -> _Listing:
    return _list_folder(source.absolute(), advance) if source.is_dir() else _list_file(source.absolute())


def _list_file(path: Path) -> _Listing:
    """List one file, which may be a link: whoever names it means it."""
    file = SourceFile(path, path.name)
    return _Listing((file,), frozenset([file.sidecar.id] if os.path.lexists(file.sidecar.path) else []))


def _list_folder(root: Path, advance: Advance) -> _Listing:
    """List a folder; sidecars that belong to no file are problems, and those of files passed over are so, too."""
    listed, problems, skipped = _list_files(root, advance)
    collection = _take_collection(listed, problems)
    ids = {file.id for file in listed} | {problem.where for problem in problems}
    reasons = {skip.where: skip.reason for skip in skipped}
    sidecars = [file for file in listed if file.is_sidecar]
    orphans = [file for file in sidecars if file.described_id not in ids]
    skipped += [Skip(file.id, reasons[file.described_id]) for file in orphans if file.described_id in reasons]
    problems += [_report_orphan(file) for file in orphans if file.described_id not in reasons]
    files = tuple(file for file in listed if not file.is_sidecar)
    return _Listing(
        files,
        frozenset(file.id for file in sidecars),
        tuple(problems),
        tuple(Skip(escape_surrogates(skip.where), skip.reason) for skip in skipped),
        collection,
    )


def _take_collection(listed: list[SourceFile], problems: list[LoadProblem]) -> CollectionInfo | None:
    """Take the file that describes the collection out of the list and read it; one that is wrong is a problem."""
    file = next((file for file in listed if file.id == COLLECTION_FILE), None)
    if file is None:
        return NO_INFO
    listed.remove(file)
    try:
        return read_collection_file(file.path)
    except LoadError as error:
        problems.append(LoadProblem(file.id, str(error)))
        return None


def _list_files(root: Path, advance: Advance) -> tuple[list[SourceFile], list[LoadProblem], list[Skip]]:
    """List all files below ``root``, sorted by id, what cannot be listed, and what is passed over.

    Links to folders are followed after all real folders, and each folder is listed once. So a folder has the ids of
    its real place, and a link to a folder around it ends there.
    """
    folders, links, rules = [root], list[Path](), IgnoreRules(root)
    files: list[SourceFile] = []
    problems: list[LoadProblem] = []
    skipped: list[Skip] = []
    seen: set[tuple[int, int]] = set()
    while folders or links:
        folder = folders.pop() if folders else links.pop(0)
        try:
            children = {child: child.is_dir() for child in _list_children(folder, seen)}
            reasons = {child: _find_skip_reason(child, is_dir, rules) for child, is_dir in children.items()}
        except (OSError, LoadError) as error:
            problems.append(report_problem(_make_file(folder, root), error))
            continue
        skipped += [Skip(_make_file(child, root).id, reason) for child, reason in reasons.items() if reason]
        kept = [child for child in children if not reasons[child]]
        files += [_make_file(child, root) for child in kept if not children[child]]
        folders += [child for child in kept if children[child] and not child.is_symlink()]
        links += [child for child in kept if children[child] and child.is_symlink()]
        advance(sum(not children[child] for child in kept))
    return sorted(files, key=lambda file: file.id), problems, sorted(skipped, key=lambda skip: skip.where)


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

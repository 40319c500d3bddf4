"""Load all documents of a folder, and list what cannot be read with the reason."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.build.inventory import FormatCount, Inventory, Skip
from index.build.listing import Listing, list_source
from index.build.load_file import SourceFile
from index.build.parser_pool import Items, ParseJob, ParserPool
from index.build.parser_process import ParseLimits
from index.build.sources import Sources, SourceState, hash_source
from index.build.spooled_documents import SpooledDocuments
from index.errors import UsageError
from index.generation.collection_info import NO_INFO, CollectionInfo
from index.parsers import find_extension
from index.progress import NO_PROGRESS, Progress, Silent
from index.types import Document, LoadProblem


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Documents with unique ids, sorted by file, and a problem for each file or line that was left out.

    ``unchanged`` are the ids of the documents in files that are as ``sources``, the table of the build before, knows
    them; they were not parsed. The new table has all files that hold a document. ``formats`` counts what was read, by
    extension; ``skipped`` is what was passed over. ``collection`` is what the folder says of itself, None if that
    cannot be read.
    """

    documents: SpooledDocuments
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
class Workspace:
    """What a build has beside the files: the table of the build before, and a folder for temporary files.

    If there is no folder, they go into that of the system.
    """

    known: Sources = field(default_factory=dict)
    folder: Path | None = None


def list_file_ids(source: Path) -> frozenset[str]:
    """Return the ids of the files that a build reads below a folder, or of one file."""
    return frozenset(file.id for file in list_source(source, NO_PROGRESS).files)


def load_documents(
    source: Path,
    max_bytes: int,
    limits: ParseLimits | None = None,
    workspace: Workspace | None = None,
    progress: Progress | None = None,
) -> LoadResult:
    """Load every document below a folder, or in one file.

    Hidden files and folders, what ignore files name, and links out of the folder are passed over. Files that are as
    the build before knows them are not parsed. A file that cannot be read, has more than ``max_bytes`` or goes beyond
    ``limits`` is a problem in the result. Raise UsageError if ``source`` does not exist or an ignore file cannot be
    understood, and BuildError if the documents cannot be written to a temporary file.
    """
    if not os.path.lexists(source):
        raise UsageError(f"{source} does not exist; name a folder of text files, or one file")
    progress, workspace = progress or Silent(), workspace or Workspace()
    known = workspace.known
    with progress.step("listing", None) as advance:
        listing = list_source(source, advance)
    sizes = {file: file.read_size() for file in listing.files}
    hashes: dict[SourceFile, str | None] = {}
    with progress.step("hashing", sum(sizes.values()), "B") as advance:
        for file, size in sizes.items():
            hashes[file] = hash_source(file, listing.has_sidecar(file), max_bytes)
            advance(size)
    unchanged = {file for file in listing.files if _is_unchanged(known.get(file.id), hashes[file])}
    changed = {file: size for file, size in sizes.items() if file not in unchanged}
    merger = _Merger(listing, SpooledDocuments(workspace.folder))
    with _parse_files(listing, changed, (limits or ParseLimits(), max_bytes), progress) as parsed:
        for file in listing.files:
            if file in unchanged:
                merger.add_unchanged(file, known[file.id], sizes[file])
            else:
                merger.add_parsed(file, next(parsed), hashes[file], sizes[file])
    return merger.result


def _is_unchanged(state: SourceState | None, sha256: str | None) -> bool:
    return state is not None and not state.has_problems and state.sha256 == sha256


@contextmanager
def _parse_files(
    listing: Listing, sizes: Mapping[SourceFile, int], limits: tuple[ParseLimits, int], progress: Progress
) -> Iterator[Iterator[Items]]:
    """Return what is in each file, given with their sizes, in order; no process is started if there are none."""
    if not sizes:
        yield iter(())
        return
    jobs = [ParseJob(file, listing.has_sidecar(file), size) for file, size in sizes.items()]
    with progress.step("parsing", sum(sizes.values()), "B") as advance, ParserPool(*limits, advance) as pool:
        yield pool.parse(jobs)


class _Merger:
    """Collects the documents and problems of all files; the first of two documents with the same id stays."""

    def __init__(self, listing: Listing, documents: SpooledDocuments) -> None:
        # The ids of the documents that were parsed, and of those that are as they are in the index.
        self._documents, self._parsed, self._unchanged = documents, set[str](), set[str]()
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
        """Add a document, or None for one that is as it is in the index; return whether its id is new."""
        is_new = id not in self._parsed and id not in self._unchanged
        if is_new and document:
            self._parsed.add(id)
            self._documents.append(document)
        elif is_new:
            self._unchanged.add(id)
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
        unchanged, formats = frozenset(self._unchanged), dict(sorted(self._formats.items()))
        found = LoadResult(self._documents, tuple(self._problems), unchanged, self._sources, self._skipped, formats)
        return replace(found, collection=self._collection)

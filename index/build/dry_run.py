"""Say what a build would do: read the folder, compare it with what is served, and write nothing; no model is loaded."""

from dataclasses import dataclass
from pathlib import Path

from index.build.changes import find_changes
from index.build.copies import CopyGroup, find_copies
from index.build.inventory import Inventory
from index.build.load import Workspace, load_documents
from index.build.sources import NO_SOURCES, read_sources
from index.errors import GenerationError
from index.generation.collection_info import NO_INFO, CollectionInfo
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation
from index.progress import Progress
from index.settings import IndexSettings
from index.text.sketch import sketch_texts


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a build would find, and the documents that it would split and embed.

    ``copies`` are those among the ``fresh`` documents, which are ``characters`` long; the others ``stay``, and some
    that are served now would be ``removed``. ``collection`` is what the folder says of itself, or said before if that
    cannot be read.
    """

    source: str
    inventory: Inventory
    copies: tuple[CopyGroup, ...]
    fresh: int
    characters: int
    stay: int
    removed: int
    collection: CollectionInfo = NO_INFO


def simulate_build(source: Path, settings: IndexSettings, progress: Progress) -> DryRun:
    """Read a folder as a build would, and compare it with what is served by the same model and settings.

    What was written over HTTP is not considered. Raise UsageError if ``source`` does not exist.
    """
    previous = _open_previous(Path(settings.index))
    base = previous if previous and _is_reusable(previous, settings) else None
    known = read_sources(base.folder) if base else NO_SOURCES
    max_bytes = settings.max_file_mb * 1_000_000
    loaded = load_documents(source, max_bytes, settings.parse_limits, Workspace(known), progress)
    contents = base.contents if base else None
    changes = find_changes(loaded, {}, contents, contents)
    with progress.step("comparing", len(changes.fresh)) as advance:
        sketches = sketch_texts((document.text for document in changes.fresh), len(changes.fresh), advance)
    before = previous.collection if previous else NO_INFO
    served = set(previous.contents.documents.ids) if previous else set[str]()
    return DryRun(
        str(source),
        loaded.inventory,
        find_copies(changes.fresh.ids, sketches),
        len(changes.fresh),
        sum(len(document.text) for document in changes.fresh),
        len(changes.kept),
        len(served - loaded.unchanged - set(loaded.documents.ids)),
        before if loaded.collection is None else loaded.collection,
    )


def _open_previous(root: Path) -> Generation | None:
    try:
        return IndexDirectory(root).open_current()
    except GenerationError:
        return None


def _is_reusable(generation: Generation, settings: IndexSettings) -> bool:
    """Return whether a build would keep the documents of a generation, unless the files of the model have changed."""
    manifest = generation.manifest
    return manifest.model == settings.model and manifest.settings == settings.answer_settings

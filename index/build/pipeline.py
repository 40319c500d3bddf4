"""Build an index: load, chunk, embed, index words, write, publish."""

import logging
import os
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from index.build.assemble import Assembler
from index.build.changes import Changes, Overrides, find_changes
from index.build.copies import CopyGroup, find_copies, merge_sketches, read_copies
from index.build.embed_units import PreviousEmbeddings
from index.build.embedding_cache import remove_caches
from index.build.inventory import Inventory, recall_inventory, write_inventory
from index.build.load import LoadResult, Workspace, load_documents
from index.build.near_passages import mark_near_copies
from index.build.publish import BuildInputs, make_write_error, publish_generation
from index.build.sources import NO_SOURCES, Sources, exclude_documents, read_sources
from index.embedding import load_encoder, reject_quantization
from index.errors import (
    BuildError,
    DamagedGeneration,
    GenerationError,
    GenerationNotFound,
    NetsphereError,
    QuantizationError,
    StoreError,
    UsageError,
)
from index.generation.collection_info import NO_INFO, CollectionInfo
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation, GenerationContents
from index.generation.manifest import Manifest, fingerprint_recipe
from index.generation.near_copies import NO_NEAR_COPIES
from index.progress import Progress, Silent
from index.search.stores.access import remember_access
from index.settings import IndexSettings
from index.sharing.follow import pull_current
from index.text.sketch import Sketches, sketch_texts
from index.types import Encoder, LoadProblem

NO_OVERRIDES: Overrides = MappingProxyType({})
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The result of a build: the manifest, and how many units were embedded or reused.

    ``changed`` is False if the served generation is up to date, so that nothing was built. ``inventory`` is what the
    folder holds, or held when it was read last; ``copies`` are documents with the same or nearly the same text.
    """

    manifest: Manifest
    changed: bool
    embedded: int
    reused: int
    inventory: Inventory
    copies: tuple[CopyGroup, ...]

    @property
    def problems(self) -> tuple[LoadProblem, ...]:
        """What could not be read."""
        return self.inventory.problems


def build_index(
    source: Path | None,
    settings: IndexSettings,
    encoder: Encoder,
    progress: Progress | None = None,
    overrides: Overrides = NO_OVERRIDES,
) -> BuildReport:
    """Build a generation and serve it, unless nothing changed; only documents that changed are chunked and embedded.

    Without ``source`` no file is read: the documents of the served generation stay. ``overrides`` replaces and removes
    documents by id. With the setting ``hold`` the generation is finished but not served.
    Raise BuildError if nothing can be read or written; what was served before still is. Raise UsageError if the index
    folder is inside the source, StoreError if its database cannot be reached, and QuantizationError if the encoder is
    too far from the float32 model.
    """
    if source:
        require_outside(source, Path(settings.index), "the index folder", "--index")
    return _build(_Request(source, settings, encoder, progress or Silent(), overrides))


@dataclass(frozen=True, slots=True)
class EmbeddedDocuments:
    """Documents that were loaded from ``source`` and embedded elsewhere, such as those of shards."""

    source: str
    loaded: LoadResult
    embeddings: PreviousEmbeddings


def build_embedded(
    documents: EmbeddedDocuments,
    settings: IndexSettings,
    encoder: Encoder,
    progress: Progress | None = None,
    overrides: Overrides = NO_OVERRIDES,
) -> BuildReport:
    """Build as ``build_index`` does of documents that have embeddings of the same model; no file is read."""
    return _build(_Request(None, settings, encoder, progress or Silent(), overrides, documents))


@dataclass(frozen=True, slots=True)
class _Request:
    """The arguments of ``build_index`` or ``build_embedded``."""

    source: Path | None
    settings: IndexSettings
    encoder: Encoder
    progress: Progress
    overrides: Overrides
    embedded: EmbeddedDocuments | None = None

    @property
    def replaces_all(self) -> bool:
        """Whether the documents of the served generation are not needed."""
        return self.source is not None or self.embedded is not None

    @property
    def origin(self) -> str:
        """What the manifest says that the generation was built from."""
        return self.embedded.source if self.embedded else str(self.source or "")


def _build(request: _Request) -> BuildReport:
    directory = IndexDirectory(Path(request.settings.index))
    remember_access(directory.root, request.settings.store, request.settings.store_access)
    with directory.acquire_lock():
        pull_current(directory)
        previous = _open_previous(directory, is_needed=not request.replaces_all)
        try:
            return _build_next(directory, request, previous)
        except DamagedGeneration as error:
            if not request.replaces_all:
                raise _make_damage_error(error) from error
            log.warning("%s; everything is built again", error)
            return _build_next(directory, request, None)


def _build_next(directory: IndexDirectory, request: _Request, previous: Generation | None) -> BuildReport:
    """Build the generation after ``previous``; raise DamagedGeneration if a part of that is damaged."""
    settings, encoder = request.settings, request.encoder
    recipe = fingerprint_recipe(settings, encoder)
    base = previous if previous and previous.manifest.recipe == recipe else None
    if base and request.embedded and not _has_projection(base, request.embedded.embeddings):
        base = None
    known = read_sources(base.folder) if base else NO_SOURCES
    loaded = _load_source(request, known)
    with request.progress.step("finding changes", None):
        changes = find_changes(loaded, request.overrides, _get_contents(previous), _get_contents(base))
    origin, inventory = (
        request.embedded.source if request.embedded else str(request.source or ""),
        loaded.inventory if loaded else Inventory(),
    )
    if loaded is None and previous:
        origin, inventory = previous.manifest.source, recall_inventory(directory.root, previous.manifest)
    collection = _find_collection(loaded, previous)
    is_same = changes.is_empty and base is not None and collection == base.collection
    if base and is_same and base.folder.name == directory.find_current():
        base.verify()
        _keep_inventory(directory, base.manifest, inventory)
        return BuildReport(base.manifest, False, 0, len(base.contents.units), inventory, read_copies(base.folder))
    try:
        assembler = Assembler(settings, encoder, request.progress)
        contents, embedded = assembler.assemble(changes, _find_reusable(request, previous))
    except (OSError, sqlite3.Error) as error:  # the disk is full, or the folder must not be written
        raise make_write_error(directory.root, error) from error
    sources = exclude_documents(loaded.sources if loaded else known, request.overrides)
    sketches = _sketch_documents(changes, base, contents, request.progress)
    copies = find_copies(list(contents.documents.ids), sketches)
    linked = base.contents.passages.near_copies if base else NO_NEAR_COPIES
    contents = replace(contents, passages=mark_near_copies(contents.passages, copies, linked, request.progress))
    corpus = contents.documents.fingerprint
    inputs = BuildInputs(origin, corpus, inventory, settings, encoder, sources, sketches, copies, collection)
    manifest = publish_generation(directory, contents, inputs)
    _keep_inventory(directory, manifest, inventory)
    remove_caches(directory.root)
    directory.prune_generations(settings.keep)
    return BuildReport(manifest, True, embedded, len(contents.units) - embedded, inventory, copies)


def _find_reusable(request: _Request, previous: Generation | None) -> PreviousEmbeddings | None:
    """Return embeddings of the same model; vectors of two models must never be mixed."""
    if request.embedded:
        return request.embedded.embeddings
    is_same = previous and previous.manifest.model_fingerprint == request.encoder.fingerprint
    return PreviousEmbeddings.from_contents(previous.contents) if previous and is_same else None


def _has_projection(base: Generation, embeddings: PreviousEmbeddings) -> bool:
    """Return whether the tokens of both can be compared: another machine rounds what it learns in another way."""
    return np.array_equal(base.contents.tokens.projection, embeddings.projection)


def _sketch_documents(
    changes: Changes, base: Generation | None, contents: GenerationContents, progress: Progress
) -> Sketches:
    """Return the sketches of all documents; those that did not change have theirs in ``base``."""
    with progress.step("comparing", len(changes.fresh)) as advance:
        fresh = sketch_texts((document.text for document in changes.fresh), len(changes.fresh), advance)
    merged = merge_sketches(base.folder, changes.splice, fresh) if base else fresh
    return sketch_texts(contents.documents.texts, len(contents.documents)) if merged is None else merged


def _find_collection(loaded: LoadResult | None, previous: Generation | None) -> CollectionInfo:
    """Return what the folder says of itself, or what it said before if it was not read or cannot be."""
    if loaded and loaded.collection is not None:
        return loaded.collection
    return previous.collection if previous else NO_INFO


def _keep_inventory(directory: IndexDirectory, manifest: Manifest, inventory: Inventory) -> None:
    try:
        write_inventory(directory.root, manifest.generation, inventory)
    except OSError as error:
        # Not a failure of the build: readers already see the new generation.
        log.warning("cannot write what was found in the folder: %s", error)


def _get_contents(generation: Generation | None) -> GenerationContents | None:
    return generation.contents if generation else None


def build_folder(
    source: Path, settings: IndexSettings, progress: Progress | None = None, overrides: Overrides = NO_OVERRIDES
) -> BuildReport:
    """Build with the model that the settings name, in int8 if its vectors stay close to float32."""
    progress, model = progress or Silent(), (settings.model, settings.models, settings.question_network)
    with progress.step("loading the model", None):
        encoder = load_encoder(*model)
    try:
        return build_index(source, settings, encoder, progress, overrides)
    except QuantizationError as error:
        reject_quantization(settings.model, settings.models, error)
        return build_index(source, settings, load_encoder(*model), progress, overrides)


def require_outside(source: Path, root: Path, what: str, option: str) -> None:
    """Raise UsageError, which names ``what`` and its option, if the files in ``root`` would be read as documents."""
    # realpath, because Path.resolve() fails on a link to itself.
    folder, inside = Path(os.path.realpath(source)), Path(os.path.realpath(root))
    if inside.is_relative_to(folder) and not any(p.startswith(".") for p in inside.relative_to(folder).parts):
        raise UsageError(f"{what} {root} lies inside {source}, its source; choose another with {option}")


def _load_source(request: _Request, known: Sources) -> LoadResult | None:
    """Load the files of the source, if there is one; raise BuildError if there is nothing to index."""
    source, settings = request.source, request.settings
    if source is None:
        return request.embedded.loaded if request.embedded else None
    max_bytes, workspace = settings.max_file_mb * 1_000_000, Workspace(known, Path(settings.index))
    loaded = load_documents(source, max_bytes, settings.parse_limits, workspace, request.progress)
    if not loaded.is_empty or any(request.overrides.values()):
        return loaded
    reasons = [f"{problem.where}: {problem.reason}" for problem in loaded.problems]
    reasons += [f"{count} {reason.words}" for reason, count in loaded.inventory.count_skipped().items()]
    first = f"; the first reason: {reasons[0]}" if reasons else ""
    raise BuildError(f"{source} holds no text that can be read{first}; the served index, if any, is unchanged")


def _open_previous(directory: IndexDirectory, is_needed: bool) -> Generation | None:
    """Open the served generation, whose documents and vectors are reused, or return None if there is none to open.

    If it is needed, because no file has its documents, raise BuildError instead, also if an older one is intact.
    """
    try:
        if not is_needed:
            return directory.open_current()
        current = directory.find_current()
        return Generation.open(directory.root / current) if current else None
    except (GenerationError, StoreError) as error:
        if is_needed:
            raise _make_damage_error(error) from error
        if not isinstance(error, GenerationNotFound):
            log.warning("%s; everything is built again", error)
        return None


def _make_damage_error(error: NetsphereError) -> BuildError:
    return BuildError(f"{error}; documents that no file holds would be lost, so nothing was built")

"""Build an index: load, chunk, embed, index words, write, publish."""

import logging
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import numpy as np

from index.build.assemble import Assembler
from index.build.changes import Changes, Overrides, find_changes
from index.build.copies import CopyGroup, find_copies, merge_sketches, read_copies, write_copies
from index.build.embedding_cache import remove_caches
from index.build.inventory import Inventory, recall_inventory, write_inventory
from index.build.load import LoadResult, Workspace, load_documents
from index.build.near_passages import mark_near_copies
from index.build.sources import NO_SOURCES, Sources, exclude_documents, read_sources, write_sources
from index.embedding import ENCODER_FOLDER, load_encoder, reject_quantization
from index.errors import (
    BuildError,
    DamagedGeneration,
    GenerationError,
    GenerationNotFound,
    QuantizationError,
    UsageError,
)
from index.generation.collection_info import NO_INFO, CollectionInfo
from index.generation.directory import IndexDirectory
from index.generation.generation import Generation, GenerationContents, write_generation
from index.generation.manifest import FileDigest, Manifest, fingerprint_recipe
from index.generation.near_copies import NO_NEAR_COPIES
from index.progress import Progress, Silent
from index.settings import IndexSettings
from index.text.sketch import SKETCH_DTYPE, Sketches, sketch_texts
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


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """Everything that decides a generation; ``corpus`` is the fingerprint of its documents."""

    source: str
    corpus: str
    problems: tuple[LoadProblem, ...]
    settings: IndexSettings
    encoder: Encoder
    sources: Sources = field(default_factory=dict)
    sketches: Sketches = field(default_factory=lambda: np.empty(0, SKETCH_DTYPE))
    copies: tuple[CopyGroup, ...] = ()
    collection: CollectionInfo = NO_INFO

    @property
    def recipe(self) -> str:
        """Fingerprint of everything except the documents."""
        return fingerprint_recipe(self.settings, self.encoder)

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the documents and the recipe."""
        return sha256((self.corpus + self.recipe).encode()).hexdigest()

    def make_manifest(self, name: str, contents: GenerationContents, files: Mapping[str, FileDigest]) -> Manifest:
        """Describe a generation that was built from these inputs."""
        return Manifest(
            generation=name,
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            source=self.source,
            corpus=self.corpus,
            recipe=self.recipe,
            model=self.encoder.name,
            model_fingerprint=self.encoder.fingerprint,
            settings=self.settings.answer_settings,
            store=contents.store.description,
            counts={
                "documents": len(contents.documents),
                "passages": len(contents.passages),
                "units": len(contents.units),
            },
            problems=self.problems,
            files=files,
        )


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
    folder is inside the source, and QuantizationError if the encoder is too far from the float32 model.
    """
    directory = IndexDirectory(Path(settings.index))
    request = _Request(source, settings, encoder, progress or Silent(), overrides)
    if source:
        _require_outside(source, directory.root)
    with directory.acquire_lock():
        previous = _open_previous(directory, is_needed=source is None)
        try:
            return _build_next(directory, request, previous)
        except DamagedGeneration as error:
            if source is None:
                raise _make_damage_error(error) from error
            log.warning("%s; everything is built again", error)
            return _build_next(directory, request, None)


@dataclass(frozen=True, slots=True)
class _Request:
    """The arguments of ``build_index``."""

    source: Path | None
    settings: IndexSettings
    encoder: Encoder
    progress: Progress
    overrides: Overrides


def _build_next(directory: IndexDirectory, request: _Request, previous: Generation | None) -> BuildReport:
    """Build the generation after ``previous``; raise DamagedGeneration if a part of that is damaged."""
    settings, encoder = request.settings, request.encoder
    recipe = fingerprint_recipe(settings, encoder)
    base = previous if previous and previous.manifest.recipe == recipe else None
    known = read_sources(base.folder) if base else NO_SOURCES
    loaded = _load_source(request, known)
    with request.progress.step("finding changes", None):
        changes = find_changes(loaded, request.overrides, _get_contents(previous), _get_contents(base))
    origin, inventory = str(request.source or ""), loaded.inventory if loaded else Inventory()
    if loaded is None and previous:
        origin, inventory = previous.manifest.source, recall_inventory(directory.root, previous.manifest)
    collection = _find_collection(loaded, previous)
    is_same = changes.is_empty and base is not None and collection == base.collection
    if base and is_same and base.folder.name == directory.find_current():
        base.verify()
        _keep_inventory(directory, base.manifest, inventory)
        return BuildReport(base.manifest, False, 0, len(base.contents.units), inventory, read_copies(base.folder))
    # Vectors of two models must never be mixed.
    reusable = previous if previous and previous.manifest.model_fingerprint == encoder.fingerprint else None
    try:
        assembler = Assembler(settings, encoder, request.progress)
        contents, embedded = assembler.assemble(changes, _get_contents(reusable))
    except (OSError, sqlite3.Error) as error:  # the disk is full, or the folder must not be written
        raise _make_write_error(directory.root, error) from error
    sources = exclude_documents(loaded.sources if loaded else known, request.overrides)
    sketches = _sketch_documents(changes, base, contents, request.progress)
    copies = find_copies(list(contents.documents.ids), sketches)
    linked = base.contents.passages.near_copies if base else NO_NEAR_COPIES
    contents = replace(contents, passages=mark_near_copies(contents.passages, copies, linked, request.progress))
    corpus = contents.documents.fingerprint
    inputs = BuildInputs(origin, corpus, inventory.problems, settings, encoder, sources, sketches, copies, collection)
    manifest = publish_generation(directory, contents, inputs)
    _keep_inventory(directory, manifest, inventory)
    remove_caches(directory.root)
    directory.prune_generations(settings.keep)
    return BuildReport(manifest, True, embedded, len(contents.units) - embedded, inventory, copies)


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


def _require_outside(source: Path, root: Path) -> None:
    """Raise UsageError if the files of the index would be read as documents."""
    # realpath, because Path.resolve() fails on a link to itself.
    folder, inside = Path(os.path.realpath(source)), Path(os.path.realpath(root))
    if inside.is_relative_to(folder) and not any(p.startswith(".") for p in inside.relative_to(folder).parts):
        raise UsageError(f"the index folder {root} lies inside {source}, its source; choose another with --index")


def _load_source(request: _Request, known: Sources) -> LoadResult | None:
    """Load the files of the source, if there is one; raise BuildError if there is nothing to index."""
    source, settings = request.source, request.settings
    if source is None:
        return None
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
    except GenerationError as error:
        if is_needed:
            raise _make_damage_error(error) from error
        if not isinstance(error, GenerationNotFound):
            log.warning("%s; everything is built again", error)
        return None


def _make_damage_error(error: GenerationError) -> BuildError:
    return BuildError(f"{error}; documents that no file holds would be lost, so nothing was built")


def publish_generation(directory: IndexDirectory, contents: GenerationContents, inputs: BuildInputs) -> Manifest:
    """Write a generation, check it, and serve it unless it is held; raise BuildError if it cannot be written."""
    name = directory.choose_name(inputs.fingerprint)
    try:
        with directory.create_draft() as draft:
            inputs.encoder.save(draft / ENCODER_FOLDER)
            write_sources(draft, inputs.sources)
            write_copies(draft, inputs.sketches, inputs.copies)
            inputs.collection.write(draft)
            manifest = write_generation(draft, contents, partial(inputs.make_manifest, name, contents))
            Generation.open(draft, hashes_all=True)
            directory.publish_draft(draft, name, serve=not inputs.settings.hold)
    # GenerationError: the disk gave back other bytes than were written.
    except (OSError, GenerationError) as error:
        raise _make_write_error(directory.root, error) from error
    return manifest


def _make_write_error(root: Path, error: Exception) -> BuildError:
    return BuildError(f"the new index could not be written to {root}: {error}; the old one stays")

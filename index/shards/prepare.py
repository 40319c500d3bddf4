"""Prepare a folder of shards from files: parse them, and write their documents into a file for each shard.

This is done on one machine, because the names that decide sentences are learned from all documents, and because
parsing takes little time beside embedding. A machine that embeds a shard needs its file of documents and nothing else.
"""

from dataclasses import dataclass
from pathlib import Path

from index.build.load import LoadResult, Workspace, load_documents
from index.build.pipeline import require_outside
from index.build.sources import NO_SOURCES, Sources
from index.errors import BuildError
from index.generation.collection_info import NO_INFO
from index.progress import Progress
from index.search.late_interaction import learn_projection
from index.settings import IndexSettings
from index.shards.parquet import remove_drafts
from index.shards.partition import Collection, partition_documents
from index.shards.plan import Plan, Recipe, find_plan
from index.shards.surroundings import Surroundings
from index.types import Encoder


@dataclass(frozen=True, slots=True)
class ShardingRequest:
    """The documents of ``source`` are to be in ``folder``; without ``shards`` their number follows from their size."""

    source: Path
    folder: Path
    settings: IndexSettings
    shards: int | None = None


def prepare_shards(request: ShardingRequest, encoder: Encoder, progress: Progress) -> Plan:
    """Fill the folder with the files of documents, and return the plan of its shards.

    If no file has changed since the plan in the folder was made, it stays as it is, and nothing is parsed. Raise
    UsageError if that plan is of another model, of other settings or of another number of shards, BuildError if there
    is nothing to embed, and OSError if the folder cannot be written.
    """
    require_outside(request.source, request.folder, "the folder of shards", "--shards")
    request.folder.mkdir(parents=True, exist_ok=True)
    remove_drafts(request.folder)
    recipe = Recipe.describe(request.settings, encoder)
    existing = find_plan(request.folder, recipe, request.shards)
    if existing and _is_current(existing, request, progress):
        return existing
    loaded = _load(request, NO_SOURCES, progress)
    if loaded.is_empty:
        reasons = [f"; the first reason: {problem.where}: {problem.reason}" for problem in loaded.problems[:1]]
        raise BuildError(f"{request.source} holds no text that can be read{''.join(reasons)}")
    # That of the shards that exist, so that they stay valid.
    projection = Surroundings.read(request.folder).projection if existing else learn_projection(encoder)
    surroundings = Surroundings(projection, loaded.sources, loaded.inventory, loaded.collection or NO_INFO)
    documents = loaded.documents
    collection = Collection(str(request.source), documents.ids, documents, recipe, surroundings)
    shards = len(existing.shards) if existing else request.shards
    return partition_documents(request.folder, collection, shards, progress)


def _load(request: ShardingRequest, known: Sources, progress: Progress) -> LoadResult:
    limits, max_bytes = request.settings.parse_limits, request.settings.max_file_mb * 1_000_000
    return load_documents(request.source, max_bytes, limits, Workspace(known, request.folder), progress)


def _is_current(plan: Plan, request: ShardingRequest, progress: Progress) -> bool:
    """Return whether the files of the source are those that the plan was made of, and its documents are there."""
    before = Surroundings.read(request.folder)
    if plan.source != str(request.source) or before.inventory.problems:
        return False
    loaded = _load(request, before.sources, progress)
    after = Surroundings(before.projection, loaded.sources, loaded.inventory, loaded.collection or NO_INFO)
    is_same = not loaded.documents and loaded.sources == before.sources and after.collection == before.collection
    return is_same and plan.has_documents(request.folder)

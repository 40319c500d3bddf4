"""Export a generation into shards: nothing is embedded, and the files it was built from are not needed."""

from pathlib import Path

import numpy as np

from index.build.inventory import recall_inventory
from index.build.sources import read_sources
from index.commands import format_build
from index.disk.arrays import expand_ranges
from index.errors import IncompatibleGeneration
from index.generation.generation import Generation
from index.progress import Progress
from index.shards.parquet import remove_drafts
from index.shards.partition import Collection, list_members, partition_documents
from index.shards.plan import Plan, Recipe, find_plan
from index.shards.surroundings import Surroundings
from index.shards.unit_files import EmbeddedUnits, write_units
from index.types import Positions


def export_generation(generation: Generation, folder: Path, shards: int | None, progress: Progress) -> Plan:
    """Write all documents and units of a generation into a folder of shards, and return the plan.

    Without a number of shards it follows from the size of the documents. Shards that are there already are not written
    again. Raise UsageError if the folder has shards of another model, of other settings or of another number,
    IncompatibleGeneration if another version built the generation, DamagedGeneration, and OSError.
    """
    manifest, contents = generation.manifest, generation.contents
    if not manifest.is_of_this_version:
        command = format_build(manifest.source, generation.folder.parent)
        raise IncompatibleGeneration(
            f"{generation.folder} was built by another version of Netsphere; first build it again, which embeds only "
            f"what is new, with: {command}"
        )
    settings = manifest.settings["context"], manifest.settings["passage_chars"]
    recipe = Recipe(manifest.model, manifest.model_fingerprint, *settings)
    existing = find_plan(folder, recipe, shards)
    folder.mkdir(parents=True, exist_ok=True)
    remove_drafts(folder)
    surroundings = Surroundings(
        contents.tokens.projection,
        read_sources(generation.folder),
        recall_inventory(generation.folder.parent, manifest),
        generation.collection,
    )
    collection = Collection(manifest.source, list(contents.documents.ids), contents.documents, recipe, surroundings)
    plan = partition_documents(folder, collection, len(existing.shards) if existing else shards, progress)
    _write_units(generation, folder, plan, progress)
    return plan


def _write_units(generation: Generation, folder: Path, plan: Plan, progress: Progress) -> None:
    contents = generation.contents
    embedded = EmbeddedUnits(
        contents.passages,
        contents.units,
        contents.keys,
        contents.store.vectors,
        contents.tokens,
        contents.whole_passage_units,
    )
    edges = np.searchsorted(contents.units[:, 0], contents.passages.edges)
    members, missing = list_members(list(contents.documents.ids), len(plan.shards)), plan.list_missing(folder)
    with progress.step("writing units", len(missing), "shards") as advance:
        for number in missing:
            rows = _expand(members[number], edges)
            write_units(plan.get_unit_path(folder, number), embedded, rows, plan.make_header(number))
            advance(1)


def _expand(documents: list[int], edges: Positions) -> Positions:
    """Return the positions of the units of documents, whose units are between two ``edges`` each."""
    own = np.asarray(documents, dtype=np.int64)
    return expand_ranges(edges[own], edges[own + 1])

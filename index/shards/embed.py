"""Embed one shard: from its file of documents to its file of units, in the same way on every machine."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import numpy as np

from index.build.embed_units import PreviousEmbeddings, embed_units
from index.build.split_documents import SplittingRules, split_documents
from index.build.unit_inputs import KEY_BYTES, UnitInputs
from index.disk.arrays import take_ranges
from index.errors import ModelError, ShardError
from index.generation.documents import Documents
from index.generation.generation import Keys, find_whole_passage_units
from index.progress import Silent
from index.search.late_interaction import LateInteractionIndex
from index.settings import IndexSettings
from index.shards.document_files import read_documents
from index.shards.parquet import Header
from index.shards.plan import Plan, Recipe
from index.shards.unit_files import EmbeddedUnits, write_units
from index.text.sentences import PunctuatedNames
from index.types import Encoder, Vectors

# Loads the model where it is needed, in another process or on another machine.
LoadEncoder: TypeAlias = Callable[[], Encoder]


@dataclass(frozen=True, slots=True)
class ShardJob:
    """What a worker needs to embed a shard, beside its file of documents and the model.

    ``documents`` is the fingerprint that the documents must have; ``header`` is what the file of units states.
    """

    number: int
    documents: str
    header: Header
    recipe: Recipe
    projection: Vectors


@dataclass(frozen=True, slots=True)
class EmbeddingRun:
    """The shards of a folder that are to be embedded: their plan, the projection of tokens, and the model."""

    folder: Path
    plan: Plan
    projection: Vectors
    load_encoder: LoadEncoder

    def list_missing(self) -> list[int]:
        """Return the numbers of the shards that are not done."""
        return self.plan.list_missing(self.folder)

    def get_paths(self, number: int) -> tuple[Path, Path]:
        """Return the files of the documents and of the units of a shard."""
        return self.plan.get_document_path(self.folder, number), self.plan.get_unit_path(self.folder, number)

    def make_job(self, number: int) -> ShardJob:
        """Return what a worker needs for a shard."""
        plan = self.plan
        return ShardJob(number, plan.shards[number].fingerprint, plan.make_header(number), plan.recipe, self.projection)

    def count_characters(self, numbers: Iterable[int]) -> int:
        """Return the size of shards, by which progress is shown."""
        return sum(self.plan.shards[number].characters for number in numbers)

    def describe_rest(self) -> str:
        """Say how much is done, and what continues."""
        total = len(self.plan.shards)
        done = total - len(self.list_missing())
        return f"{done} of {total} shards are done; call the same command again to continue"


def embed_shard(source: Path, target: Path, job: ShardJob, encoder: Encoder) -> None:
    """Split and embed the documents in ``source``, and write ``target`` whole or not at all.

    Temporary files go into the system's folder for them. Raise ShardError if the documents are not those of the job,
    ModelError if the encoder is another one, and OSError.
    """
    recipe = job.recipe
    if encoder.fingerprint != recipe.model_fingerprint:
        raise ModelError(
            f"the model {encoder.name} is here another one ({encoder.fingerprint[:12]}) than that of the shards "
            f"({recipe.model_fingerprint[:12]}); install the same one on every machine"
        )
    with TemporaryDirectory(prefix="netsphere-shard-") as folder:
        work = Path(folder)
        documents = Documents.build(read_documents(source), work)
        if documents.fingerprint != job.documents:
            raise ShardError(f"{source} does not hold the documents of its plan; delete plan.json and embed again")
        embedded = _embed_documents(documents, job, encoder, work)
        write_units(target, embedded, np.arange(len(embedded.units)), job.header)


def _embed_documents(documents: Documents, job: ShardJob, encoder: Encoder, work: Path) -> EmbeddedUnits:
    """Do what a build does with the same documents, with the names and the projection of the whole collection."""
    recipe = job.recipe
    sizes = IndexSettings(passage_chars=recipe.passage_chars).chunk_sizes(encoder.max_tokens)
    rules = SplittingRules(PunctuatedNames(frozenset(recipe.names)), sizes, encoder.count_tokens)
    passages, units = split_documents(documents, documents, rules, work, Silent())
    inputs = UnitInputs(passages, units, encoder, has_context=recipe.context != "none")
    embeddings = embed_units(inputs, encoder, work, _make_no_embeddings(job.projection), Silent())
    return EmbeddedUnits(
        passages,
        units,
        embeddings.keys,
        lambda rows: take_ranges(embeddings.vectors, rows, rows + 1),
        embeddings.tokens,
        find_whole_passage_units(passages, units),
    )


def _make_no_embeddings(projection: Vectors) -> PreviousEmbeddings:
    """Return no embeddings, so that everything is embedded, with the projection of tokens that all shards have."""
    keys: Keys = np.empty((0, KEY_BYTES), dtype=np.uint8)
    vectors = np.empty((0, len(projection)), dtype=np.float32)
    nothing = LateInteractionIndex.build((), projection)
    return PreviousEmbeddings(keys, lambda rows: vectors[rows], nothing, np.empty(0, dtype=np.int64))

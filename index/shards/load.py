"""Load the documents and embeddings of a folder of shards, to build an index of them without embedding anything."""

from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from index.build.embed_units import PreviousEmbeddings
from index.build.load import LoadResult
from index.build.pipeline import EmbeddedDocuments
from index.build.spooled_documents import SpooledDocuments
from index.build.unit_inputs import KEY_BYTES
from index.disk.arrays import SpooledArray, take_ranges
from index.errors import ShardError
from index.generation.generation import Keys
from index.progress import Advance, Progress, count_each
from index.search.late_interaction import LateInteractionIndex, QuantizedTokens
from index.shards.document_files import read_documents
from index.shards.plan import Plan, hash_fingerprints
from index.shards.surroundings import Surroundings
from index.shards.unit_files import read_embeddings
from index.types import Document, Vectors


def load_shards(folder: Path, plan: Plan, work: Path, progress: Progress) -> EmbeddedDocuments:
    """Return what the shards hold, in temporary files in ``work``; 16 bytes a unit are in memory.

    Raise ShardError, which names the file, if one is missing, damaged or of another plan, and OSError.
    """
    surroundings = Surroundings.read(folder)
    _check_files(folder, plan)
    documents = SpooledDocuments(work)
    with progress.step("reading documents", sum(shard.documents for shard in plan.shards)) as advance:
        for number in range(len(plan.shards)):
            for document in count_each(_read_checked(folder, plan, number), advance):
                documents.append(document)
    inventory = surroundings.inventory
    loaded = LoadResult(
        documents,
        inventory.problems,
        sources=surroundings.sources,
        skipped=inventory.skipped,
        formats=inventory.formats,
        collection=surroundings.collection,
    )
    with progress.step("reading vectors", len(plan.shards)) as advance:
        embeddings = _EmbeddingSpool(work, surroundings.projection).read(folder, plan, advance)
    return EmbeddedDocuments(plan.source, loaded, embeddings)


def _check_files(folder: Path, plan: Plan) -> None:
    """Check that all files are there and of the plan, before much time is spent on the first of them."""
    for number in range(len(plan.shards)):
        plan.check_file(plan.get_document_path(folder, number), number)
        plan.check_file(plan.get_unit_path(folder, number), number)


def _read_checked(folder: Path, plan: Plan, number: int) -> Iterator[Document]:
    """Yield the documents of a shard; raise ShardError at the end if they are not those of the plan."""
    path, fingerprints = plan.get_document_path(folder, number), list[str]()
    for document in read_documents(path):
        fingerprints.append(document.fingerprint)
        yield document
    if hash_fingerprints(fingerprints) != plan.shards[number].fingerprint:
        raise ShardError(f"{path} does not hold the documents of its plan; make it again")


class _EmbeddingSpool:
    """Embeddings in temporary files."""

    def __init__(self, work: Path, projection: Vectors) -> None:
        self._work, self._projection = work, projection
        self._keys, self._vectors = list[Keys](), SpooledArray(work, np.float32, projection.shape[:1])
        self._whole_passages, self._count = array("q"), 0

    def read(self, folder: Path, plan: Plan, advance: Advance) -> PreviousEmbeddings:
        """Return the embeddings of all shards."""
        tokens = LateInteractionIndex.build(self._read_tokens(folder, plan, advance), self._projection, self._work)
        vectors = self._vectors.open_array()
        return PreviousEmbeddings(
            np.concatenate([np.empty((0, KEY_BYTES), dtype=np.uint8), *self._keys]),
            lambda rows: take_ranges(vectors, rows, rows + 1),
            tokens,
            np.asarray(self._whole_passages, dtype=np.int64),
        )

    def _read_tokens(self, folder: Path, plan: Plan, advance: Advance) -> Iterator[QuantizedTokens]:
        """Yield the tokens of each whole passage; collect keys and vectors, so that each file is read once."""
        for number in range(len(plan.shards)):
            for block in read_embeddings(plan.get_unit_path(folder, number), self._projection.shape[1]):
                self._keys.append(block.keys)
                self._vectors.append(block.vectors)
                for tokens in block.tokens:
                    if tokens is not None:
                        self._whole_passages.append(self._count)
                        yield tokens
                    self._count += 1
            advance(1)

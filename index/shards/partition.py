"""Partition documents into shards: write a file of documents for each, and the plan of all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

from index.progress import Progress, count_each
from index.shards.document_files import write_documents
from index.shards.plan import PLAN, Plan, Recipe, Shard, choose_shard, hash_fingerprints, hash_projection
from index.shards.surroundings import Surroundings
from index.text.sentences import PunctuatedNames, count_marked_names
from index.types import Document

# About two minutes on one processor, which is all that is lost with a worker, and 30 MB of vectors and tokens.
CHARACTERS_OF_SHARD = 1_000_000
MAX_SHARDS = 100_000


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents with their ids, what they were loaded from, what embeds them, and what is kept beside them."""

    source: str
    ids: Sequence[str]
    documents: Sequence[Document]
    recipe: Recipe
    surroundings: Surroundings


def partition_documents(folder: Path, collection: Collection, shards: int | None, progress: Progress) -> Plan:
    """Write the documents into ``folder``, each shard's in the order of their ids, and return the plan.

    Without a number of shards they have about ``CHARACTERS_OF_SHARD``. Each document is read twice, so that none needs
    memory. The recipe gets the names that all documents teach, and the hash of the projection. Raise OSError.
    """
    # Without a plan the files are not taken for complete.
    (folder / PLAN).unlink(missing_ok=True)
    facts = _read_facts(collection, progress)
    count = shards or min(MAX_SHARDS, max(1, ceil(sum(facts.characters) / CHARACTERS_OF_SHARD)))
    members = list_members(collection.ids, count)
    rows = tuple(facts.summarize(positions) for positions in members)
    names = tuple(sorted(PunctuatedNames.choose_from(facts.names).known))
    projection = hash_projection(collection.surroundings.projection)
    recipe = replace(collection.recipe, names=names, projection=projection)
    plan = Plan(collection.source, recipe, rows)
    with progress.step("writing documents", len(collection.ids)) as advance:
        for number, positions in enumerate(members):
            documents = count_each((collection.documents[position] for position in positions), advance)
            write_documents(plan.get_document_path(folder, number), documents, plan.make_header(number))
    collection.surroundings.write(folder)
    plan.write(folder)
    return plan


def list_members(ids: Sequence[str], shards: int) -> list[list[int]]:
    """Return the positions of the documents of each shard, in the order of their ids."""
    members: list[list[int]] = [[] for _ in range(shards)]
    for position in sorted(range(len(ids)), key=ids.__getitem__):
        members[choose_shard(ids[position], shards)].append(position)
    return members


@dataclass(frozen=True, slots=True)
class _Facts:
    """The fingerprint and the number of characters of each document, and how often a name with a mark occurs."""

    fingerprints: list[str]
    characters: list[int]
    names: Counter[str]

    def summarize(self, positions: Sequence[int]) -> Shard:
        """Return the row of the plan for the documents at these positions."""
        fingerprint = hash_fingerprints(self.fingerprints[position] for position in positions)
        return Shard(fingerprint, len(positions), sum(self.characters[position] for position in positions))


def _read_facts(collection: Collection, progress: Progress) -> _Facts:
    fingerprints, characters = list[str](), list[int]()

    def read_texts() -> Iterator[str]:
        for document in collection.documents:
            fingerprints.append(document.fingerprint)
            characters.append(len(document.text))
            yield document.text

    with progress.step("reading documents", len(collection.ids)) as advance:
        names = count_marked_names(count_each(read_texts(), advance))
    return _Facts(fingerprints, characters, names)

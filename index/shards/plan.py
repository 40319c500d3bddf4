"""The plan of a folder of shards: which documents are in which shard, and everything that decides their embeddings.

The plan is written last, after the files of documents, so a folder that has one has all of them. Each file of units
states in its header the documents and the recipe that it was made of: a file that states those of the plan is done,
and any other one is made again.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from index.commands import format_embed
from index.errors import ShardError, UsageError
from index.generation.manifest import RECIPE
from index.settings import IndexSettings
from index.shards.parquet import Header, ParquetFile, write_bytes
from index.types import Encoder, Vectors

# Raise it if a program of another version cannot read the files.
FORMAT = 1
PLAN = "plan.json"
# The settings that decide units and vectors.
RECIPE_SETTINGS = ("context", "passage_chars")


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the units and vectors of a document, beside the document.

    ``names`` are those that end in a mark, learned from all documents; ``projection`` is the SHA-256 of that of tokens;
    ``rules`` is the version of the rules of chunking.
    """

    model: str
    model_fingerprint: str
    context: str
    passage_chars: int
    names: tuple[str, ...] = ()
    projection: str = ""
    rules: int = RECIPE

    @classmethod
    def describe(cls, settings: IndexSettings, encoder: Encoder) -> "Recipe":
        """Return the recipe of settings and a model, before the documents are known."""
        return cls(encoder.name, encoder.fingerprint, settings.context, settings.passage_chars)

    @property
    def fingerprint(self) -> str:
        """Hex digest of all of it."""
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def hash_projection(projection: Vectors) -> str:
    """Return the hex digest of a projection of tokens."""
    return sha256(f"{projection.shape}".encode() + np.ascontiguousarray(projection).tobytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class Shard:
    """The documents of one shard: hex digest of their fingerprints, in the order of their ids, and their size."""

    fingerprint: str
    documents: int
    characters: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a folder of shards holds, or will hold; ``source`` is what the documents were loaded from."""

    source: str
    recipe: Recipe
    shards: tuple[Shard, ...]

    def write(self, folder: Path) -> None:
        """Write ``plan.json``. Raise OSError."""
        body = json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1)
        write_bytes(folder / PLAN, f"{body}\n".encode())

    @classmethod
    def read(cls, folder: Path) -> "Plan":
        """Read ``plan.json``; raise ShardError, which names it, if it is missing or damaged."""
        path = folder / PLAN
        try:
            body = json.loads(path.read_bytes())
            version = body.pop("format")
            if version != FORMAT:
                raise ShardError(f"{path} has format {version!r}, this program reads {FORMAT}; make the shards again")
            recipe = Recipe(**body["recipe"] | {"names": tuple(body["recipe"]["names"])})
            return cls(body["source"], recipe, tuple(Shard(**shard) for shard in body["shards"]))
        except FileNotFoundError as error:
            raise ShardError(
                f"{path} is missing, so {folder} holds no shards or not all of them; make them with: "
                f"{format_embed(None, folder)}"
            ) from error
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ShardError(f"{path} is damaged ({error}); make the shards again") from error

    def check_recipe(self, folder: Path, recipe: Recipe) -> None:
        """Raise UsageError, which says what to set, if the shards are of another model or of other settings."""
        own = self.recipe
        if own.model_fingerprint != recipe.model_fingerprint:
            raise UsageError(
                f"the shards in {folder} are of the model {own.model} ({own.model_fingerprint[:12]}), not of "
                f"{recipe.model} ({recipe.model_fingerprint[:12]}); set --model to the same one, or use another folder"
            )
        for name in RECIPE_SETTINGS:
            stated, wanted = getattr(recipe, name), getattr(own, name)
            if stated != wanted:
                flag = f"--{name.replace('_', '-')}"
                raise UsageError(
                    f"invalid value {stated!r} for {flag}: the shards in {folder} were made with {flag} {wanted}; set "
                    "the same, or use another folder"
                )

    def get_document_path(self, folder: Path, number: int) -> Path:
        """Return the file with the documents of a shard."""
        return folder / f"documents-{self._format_number(number)}.parquet"

    def get_unit_path(self, folder: Path, number: int) -> Path:
        """Return the file with the units of a shard."""
        return folder / f"shard-{self._format_number(number)}.parquet"

    def _format_number(self, number: int) -> str:
        return f"{number:05d}-of-{len(self.shards):05d}"

    def make_header(self, number: int) -> Header:
        """Return what the files of a shard state about themselves."""
        shard, recipe = self.shards[number], self.recipe
        return {
            "format": FORMAT,
            "shard": number,
            "shards": len(self.shards),
            "documents": shard.fingerprint,
            "recipe": recipe.fingerprint,
            "model": recipe.model,
            "model_fingerprint": recipe.model_fingerprint,
            "context": recipe.context,
            "passage_chars": recipe.passage_chars,
        }

    def has_documents(self, folder: Path) -> bool:
        """Return whether the files of documents are those of this plan."""
        paths = (self.get_document_path(folder, number) for number in range(len(self.shards)))
        return all(self._is_file_of(path, number) for number, path in enumerate(paths))

    def list_missing(self, folder: Path) -> list[int]:
        """Return the numbers of the shards whose units are not there, or are not those of this plan."""
        paths = (self.get_unit_path(folder, number) for number in range(len(self.shards)))
        return [number for number, path in enumerate(paths) if not self._is_file_of(path, number)]

    def _is_file_of(self, path: Path, number: int) -> bool:
        try:
            return ParquetFile(path).header == self.make_header(number)
        except ShardError:  # missing, or damaged
            return False

    def check_file(self, path: Path, number: int) -> None:
        """Raise ShardError, which names the file, if it is not of a shard of this plan."""
        stated, wanted = ParquetFile(path).header, self.make_header(number)
        if stated != wanted:
            name = next(name for name in (*wanted, *stated) if stated.get(name) != wanted.get(name))
            raise ShardError(
                f"{path} is not of this plan: its {name} is {stated.get(name)!r}, not {wanted.get(name)!r}; "
                f"make it again with: {format_embed(self.source, path.parent)}"
            )


def find_plan(folder: Path, recipe: Recipe, shards: int | None) -> Plan | None:
    """Return the plan in a folder that is to be filled, if there is one.

    Raise UsageError if it must not be replaced, as it is of another model, of other settings or of another number.
    """
    try:
        plan = Plan.read(folder)
    except ShardError:  # there is none, or it was not finished
        return None
    plan.check_recipe(folder, recipe)
    if shards not in (None, len(plan.shards)):
        raise UsageError(
            f"invalid value {shards!r} for --number: {folder} has {len(plan.shards)} shards; leave it out, or use "
            "another folder"
        )
    return plan


def choose_shard(document: str, shards: int) -> int:
    """Return the number of the shard of a document: it depends on the id alone, so other documents do not move it."""
    return int.from_bytes(sha256(document.encode()).digest()[:8], "big") % shards


def hash_fingerprints(fingerprints: Iterable[str]) -> str:
    """Return the hex digest of the fingerprints of documents, in order, as ``Documents.fingerprint`` has it."""
    return sha256(b"".join(map(bytes.fromhex, fingerprints))).hexdigest()

"""What a build found in its folder: what it read by format, what it passed over, and what it could not read.

The index folder keeps the inventory of its last build, beside the generations: the folder may change without a change
of the documents, and a generation is never changed. A generation has what was left out when it was built: the problems
in its manifest, and the first of what was passed over in a file of its own.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from index.build.ignore import IGNORE_FILE
from index.disk.sync import sync_to_disk
from index.generation.manifest import Manifest
from index.types import LoadProblem

INVENTORY, SKIPPED = "inventory.json", "skipped.json"
# In a generation; the others are counted. A folder is one, with all that is in it.
MAX_KEPT = 1000


class SkipReason(StrEnum):
    """Why a file or a folder was passed over without being opened."""

    HIDDEN = "hidden"
    IGNORED = "ignored"
    OUTWARD = "outward"

    @property
    def words(self) -> str:
        """The reason as people read it, after a number: "3 hidden"."""
        return {"ignored": f"named in {IGNORE_FILE}", "outward": "leading out of the folder"}.get(self, self)


@dataclass(frozen=True, slots=True)
class Skip:
    """A file, or a folder with all that is in it, that was passed over."""

    where: str
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class FormatCount:
    """The files of one format that were read, their bytes on disk, and the documents in them."""

    files: int = 0
    bytes: int = 0
    documents: int = 0

    def __add__(self, other: "FormatCount") -> "FormatCount":
        """Add up."""
        return FormatCount(self.files + other.files, self.bytes + other.bytes, self.documents + other.documents)


@dataclass(frozen=True, slots=True)
class Inventory:
    """What was read, by extension, what was passed over, and the problems of what could not be read.

    ``unnamed`` counts what was passed over besides ``skipped``, by reason.
    """

    formats: Mapping[str, FormatCount] = field(default_factory=dict)
    skipped: tuple[Skip, ...] = ()
    problems: tuple[LoadProblem, ...] = ()
    unnamed: Mapping[SkipReason, int] = field(default_factory=dict)

    @property
    def total(self) -> FormatCount:
        """All formats together."""
        return sum(self.formats.values(), FormatCount())

    def count_skipped(self) -> dict[SkipReason, int]:
        """Return how many were passed over for each reason, without zeros."""
        counts = Counter(skip.reason for skip in self.skipped) + Counter(self.unnamed)
        return {reason: counts[reason] for reason in SkipReason if counts[reason]}


def write_inventory(root: Path, generation: str, inventory: Inventory) -> None:
    """Replace the inventory of an index folder by that of a generation; raise OSError."""
    body = {"generation": generation, **asdict(inventory)}
    path = root / f"{INVENTORY}.new"
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sync_to_disk(path)
    path.replace(root / INVENTORY)


def write_skipped(folder: Path, inventory: Inventory) -> None:
    """Write what was passed over into the folder of a generation, unless that is nothing; raise OSError."""
    if counts := inventory.count_skipped():
        body = {"counts": counts, "skipped": [asdict(skip) for skip in inventory.skipped[:MAX_KEPT]]}
        (folder / SKIPPED).write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")


def recall_inventory(root: Path, manifest: Manifest) -> Inventory:
    """Return the inventory of a generation of an index folder.

    If the folder has that of another one, it is what the generation itself keeps: its problems, and what was passed
    over, the first ``MAX_KEPT`` with their names.
    """
    found = read_inventory(root, manifest.generation)
    return found or _read_skipped(root / manifest.generation, manifest.problems)


def read_inventory(root: Path, generation: str) -> Inventory | None:
    """Return what ``write_inventory`` wrote, or None if the file is missing, damaged or of another generation."""
    try:
        body = json.loads((root / INVENTORY).read_text(encoding="utf-8"))
        if body["generation"] != generation:
            return None
        return Inventory(
            {name: FormatCount(**count) for name, count in body["formats"].items()},
            _parse_skipped(body["skipped"]),
            tuple(LoadProblem(**problem) for problem in body["problems"]),
            {SkipReason(reason): count for reason, count in body.get("unnamed", {}).items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # It informs only, so nothing depends on it; the next build writes it again.
        return None


def _read_skipped(folder: Path, problems: tuple[LoadProblem, ...]) -> Inventory:
    """Return what ``write_skipped`` wrote, with these problems; nothing was passed over if the file is missing."""
    try:
        body = json.loads((folder / SKIPPED).read_text(encoding="utf-8"))
        named = _parse_skipped(body["skipped"])
        counts = Counter({SkipReason(reason): count for reason, count in body["counts"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Inventory(problems=problems)
    return Inventory(skipped=named, problems=problems, unnamed=counts - Counter(skip.reason for skip in named))


def _parse_skipped(rows: Iterable[Mapping[str, str]]) -> tuple[Skip, ...]:
    return tuple(Skip(row["where"], SkipReason(row["reason"])) for row in rows)

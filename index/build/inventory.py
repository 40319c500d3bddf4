"""What a build found in its folder: what it read by format, what it passed over, and what it could not read.

The index folder keeps the inventory of its last build, beside the generations: the folder may change without a change
of the documents, and a generation is never changed.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from index.build.ignore import IGNORE_FILE
from index.disk.sync import sync_to_disk
from index.generation.manifest import Manifest
from index.types import LoadProblem

INVENTORY = "inventory.json"


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
    """What was read, by extension, what was passed over, and the problems of what could not be read."""

    formats: Mapping[str, FormatCount] = field(default_factory=dict)
    skipped: tuple[Skip, ...] = ()
    problems: tuple[LoadProblem, ...] = ()

    @property
    def total(self) -> FormatCount:
        """All formats together."""
        return sum(self.formats.values(), FormatCount())

    def count_skipped(self) -> dict[SkipReason, int]:
        """Return how many were passed over for each reason, without zeros."""
        counts = Counter(skip.reason for skip in self.skipped)
        return {reason: counts[reason] for reason in SkipReason if counts[reason]}


def write_inventory(root: Path, generation: str, inventory: Inventory) -> None:
    """Replace the inventory of an index folder by that of a generation; raise OSError."""
    body = {"generation": generation, **asdict(inventory)}
    path = root / f"{INVENTORY}.new"
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sync_to_disk(path)
    path.replace(root / INVENTORY)


def recall_inventory(root: Path, manifest: Manifest) -> Inventory:
    """Return the inventory of a generation, which has at least the problems of its manifest."""
    return read_inventory(root, manifest.generation) or Inventory(problems=manifest.problems)


def read_inventory(root: Path, generation: str) -> Inventory | None:
    """Return what ``write_inventory`` wrote, or None if the file is missing, damaged or of another generation."""
    try:
        body = json.loads((root / INVENTORY).read_text(encoding="utf-8"))
        if body["generation"] != generation:
            return None
        return Inventory(
            {name: FormatCount(**count) for name, count in body["formats"].items()},
            tuple(Skip(skip["where"], SkipReason(skip["reason"])) for skip in body["skipped"]),
            tuple(LoadProblem(**problem) for problem in body["problems"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # It informs only, so nothing depends on it; the next build writes it again.
        return None

"""What flows through a probing: probes in, outcomes and what was noticed out, saved as ``probe.json``."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import UsageError
from qa.evaluation.types import Interval
from qa.types import Mode


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A question of the collection's own words; ``right`` are positions of passages, never empty."""

    kind: str
    question: str
    right: frozenset[int]


@dataclass(frozen=True, slots=True)
class KnownItemOutcome:
    """A probe and what came back: positions of passages, best first, and the legs that failed."""

    probe: KnownItem
    returned: tuple[int, ...]
    degraded: tuple[str, ...] = ()

    @property
    def rank(self) -> int | None:
        """The place of the first passage that is right, from 1; None if none was returned."""
        return next((place for place, passage in enumerate(self.returned, 1) if passage in self.probe.right), None)


@dataclass(frozen=True, slots=True)
class FoundShare:
    """Of one kind of probe, how many were asked and the share found within each depth, with its interval."""

    kind: str
    asked: int
    found: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage's id and how its text begins."""

    passage: str
    text: str


@dataclass(frozen=True, slots=True)
class MissedItem:
    """A probe that did not return the passage; ``rank`` is that of another passage that is right, too."""

    kind: str
    question: str
    rank: int | None
    first: Excerpt | None


@dataclass(frozen=True, slots=True)
class LostPassage:
    """A passage that none of its probes returned."""

    place: Excerpt
    missed: tuple[MissedItem, ...]

    @property
    def stood_in_for(self) -> bool:
        """Whether some other passage that is right came back in its stead, such as a copy of it."""
        return any(missed.rank is not None for missed in self.missed)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A passage and the first one of the collection that says nearly the same."""

    first: Excerpt
    second: Excerpt
    cosine: float
    jaccard: float


@dataclass(frozen=True, slots=True)
class BlankPage:
    """A page without text; pages count from 1."""

    document: str
    page: int


@dataclass(frozen=True, slots=True)
class ShortDocument:
    """A document of few words."""

    document: str
    words: int


@dataclass(frozen=True, slots=True)
class ThinPlaces:
    """Places with little or nothing to find: pages, documents, passages without a content word."""

    pages: tuple[BlankPage, ...]
    documents: tuple[ShortDocument, ...]
    passages: tuple[Excerpt, ...]


@dataclass(frozen=True, slots=True)
class KnownItemReport:
    """All of one probing. Every ``every``-th of ``passages`` was probed, ``probed`` in all.

    ``unasked`` counts those of them that no probe could be made for, ``degraded`` by leg the
    probes that it failed. ``misled`` are headings that something else answers first. ``ids`` are
    those of all passages, which the positions in ``outcomes`` number.
    """

    index: str
    mode: Mode
    passages: int
    probed: int
    every: int
    unasked: int
    degraded: Mapping[str, int]
    shares: tuple[FoundShare, ...]
    lost: tuple[LostPassage, ...]
    misled: tuple[MissedItem, ...]
    duplicates: tuple[Duplicate, ...]
    thin: ThinPlaces
    outcomes: tuple[KnownItemOutcome, ...]
    ids: tuple[str, ...]


def check_folder(folder: Path) -> None:
    """Raise UsageError if the results cannot be written there, before anything is asked."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder with --out")


def save_report(probed: KnownItemReport, folder: Path) -> Path:
    """Save everything in the summary and every question as ``probe.json``. Raises UsageError or OSError.

    Each probe has its question, what would have been right, the rank at which some of it was
    found (null: not among ten) and what was returned, best first, as ids of passages.
    """
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = asdict(probed)
    del rows["outcomes"], rows["ids"]
    rows["probes"] = [
        {
            "kind": outcome.probe.kind,
            "question": outcome.probe.question,
            "rank": outcome.rank,
            "right": [probed.ids[position] for position in sorted(outcome.probe.right)],
            "returned": [probed.ids[position] for position in outcome.returned],
        }
        for outcome in probed.outcomes
    ]
    path = folder / "probe.json"
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path

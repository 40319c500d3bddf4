"""Find documents with the same or nearly the same text, in time and memory that grow with their number only.

Documents are compared by their sketches (index/text/sketch.py). Only those that agree in one of 16 bands of eight bytes
are compared at all (Leskovec et al., "Mining of Massive Datasets", chapter 3), and of those that agree each with the
first one and with its neighbour, not with all.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.disk.splice import Splice
from index.text.sketch import Sketches, estimate_similarities

COPIES, SKETCHES = "copies.json", "sketches.npy"
# As similar as passages that the known-item evaluation calls near-duplicates. Of pairs that are just so similar, 95 %
# agree in a band.
MIN_SIMILARITY = 0.8
# Pairs that are compared at once: 20 MB.
BLOCK_PAIRS = 65_536


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """The ids of documents that are linked by the same text or, if not ``identical``, by nearly the same."""

    documents: tuple[str, ...]
    identical: bool


def find_copies(ids: Sequence[str], sketches: Sketches) -> tuple[CopyGroup, ...]:
    """Return the groups of two documents and more, the largest first; the texts themselves are not read."""
    # Documents with the same text are compared once.
    digests = np.ascontiguousarray(sketches["digest"]).view("S16").ravel()
    _, firsts, texts = np.unique(digests, return_index=True, return_inverse=True)
    links = Links(len(firsts))
    for one, other in _find_candidates(sketches[firsts]):
        links.join(one.tolist(), other.tolist())
    members: dict[int, list[int]] = {}
    for position, text in enumerate(texts.tolist()):
        members.setdefault(links.find(text), []).append(position)
    groups = [
        CopyGroup(tuple(ids[position] for position in group), len(set(texts[group].tolist())) == 1)
        for group in members.values()
        if len(group) > 1
    ]
    return tuple(sorted(groups, key=lambda group: (-len(group.documents), group.documents)))


def merge_sketches(folder: Path, splice: Splice, fresh: Sketches) -> Sketches | None:
    """Return the sketches of the next generation from those in ``folder`` and the fresh ones; None if it has none."""
    try:
        old = np.load(folder / SKETCHES, allow_pickle=False)
    except FileNotFoundError:  # of a version without sketches
        return None
    return splice.concatenate([old, fresh])


def write_copies(folder: Path, sketches: Sketches, groups: Iterable[CopyGroup]) -> None:
    """Write both into the folder of a generation."""
    np.save(folder / SKETCHES, sketches, allow_pickle=False)
    rows = [asdict(group) for group in groups]
    (folder / COPIES).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def read_copies(folder: Path) -> tuple[CopyGroup, ...]:
    """Return the groups of a generation; none if it was built by a version that did not look for them."""
    try:
        rows = json.loads((folder / COPIES).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    return tuple(CopyGroup(tuple(row["documents"]), row["identical"]) for row in rows)


class Links:
    """Which of many things are linked, directly or by others (union-find)."""

    def __init__(self, count: int) -> None:
        """Link none of ``count`` things."""
        self._parents = list(range(count))

    def find(self, thing: int) -> int:
        """Return the representative of all things that are linked with this one."""
        parents = self._parents
        while parents[thing] != thing:
            parents[thing] = parents[parents[thing]]
            thing = parents[thing]
        return thing

    def join(self, ones: Iterable[int], others: Iterable[int]) -> None:
        """Link pairs."""
        for one, other in zip(ones, others, strict=True):
            low, high = sorted((self.find(one), self.find(other)))
            self._parents[high] = low


def _find_candidates(sketches: Sketches) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield pairs of positions that are similar enough, a block at a time; a pair may come several times."""
    bands = np.ascontiguousarray(sketches["parts"]).view(np.uint64)
    for band in bands.T:
        order = np.argsort(band, kind="stable")
        is_same = band[order[1:]] == band[order[:-1]]
        # Where the run of equal bands begins in which each row is.
        starts = np.maximum.accumulate(np.where(np.concatenate([[True], ~is_same]), np.arange(len(order)), 0))
        later = np.flatnonzero(is_same) + 1
        pairs = np.concatenate([np.stack([starts[later], later]), np.stack([later - 1, later])], axis=1)
        for start in range(0, pairs.shape[1], BLOCK_PAIRS):
            one, other = order[pairs[:, start : start + BLOCK_PAIRS]]
            is_similar = estimate_similarities(sketches, one, other) >= MIN_SIMILARITY
            yield one[is_similar], other[is_similar]

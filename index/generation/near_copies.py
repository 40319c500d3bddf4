"""Near copies of one generation: which documents have nearly the same text, and which of their passages match.

A passage of such a document is a near copy of the passage in another one that shares most pieces with it, wherever it
is there. A passage of any document with exactly the text of a near copy is one, too. ``index/build/near_passages.py``
finds them; an index that was built before there was such a step has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.disk.arrays import open_array
from index.types import Positions

FILES = {"documents": "copy-groups.npy", "firsts": "near-copies.npy", "links": "near-links.npy"}
NOTHING = np.empty((0, 2), dtype=np.int64)
KEY_BYTES = 16
# One row a link: the key of a group, and the places of two texts among the distinct texts of the group. Each group has
# a row that links a text with itself, so that a group without links is known, too.
LINK_DTYPE = np.dtype([("key", "u1", (KEY_BYTES,)), ("texts", "<i4", (2,))])
GroupLinks = NDArray[np.void]


@dataclass(frozen=True, eq=False)
class NearCopies:
    """Pairs of positions, each shape (pairs, 2), sorted by the first one, which is in one pair only.

    ``documents``: a document that is nearly the same as others, and the first of them, which may be itself.
    ``firsts``: a passage, the first of those with its text, and an earlier one, the first of all that say nearly the
    same. ``links``: how each group of documents led to that, for the next build.
    """

    documents: Positions
    firsts: Positions
    links: GroupLinks = field(default_factory=lambda: np.empty(0, dtype=LINK_DTYPE))

    def find_firsts(self, passages: Positions) -> Positions:
        """Return for each passage, the first of its text, the first that says nearly the same, which may be itself."""
        return _look_up(self.firsts, passages)

    def find_groups(self, documents: Positions) -> Positions:
        """Return for each document the first that is nearly the same, or its own position if none is."""
        return _look_up(self.documents, documents)

    def has_copies(self, document: int) -> bool:
        """Return whether another document has nearly the same text."""
        place = int(np.searchsorted(self.documents[:, 0], document))
        return place < len(self.documents) and int(self.documents[place, 0]) == document

    def find_links(self, key: bytes) -> Positions | None:
        """Return the links of the group with a key, shape (links, 2), or None if the group is not known."""
        return self._links_by_key.get(key)

    @cached_property
    def _links_by_key(self) -> Mapping[bytes, Positions]:
        keys = np.ascontiguousarray(self.links["key"])
        starts = [0, *(np.flatnonzero(np.any(keys[1:] != keys[:-1], axis=1)) + 1).tolist(), len(keys)]
        rows = self.links["texts"].astype(np.int64)
        return {keys[first].tobytes(): rows[first + 1 : last] for first, last in pairwise(starts) if first < last}

    def save(self, folder: Path) -> None:
        """Write arrays, no pickle, into ``folder``."""
        for name, file in FILES.items():
            np.save(folder / file, getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "NearCopies":
        """Open what ``save`` wrote; nothing if an earlier version built the index."""
        if not (folder / FILES["firsts"]).exists():
            return NO_NEAR_COPIES
        # The links came later than the other files.
        return cls(**{name: open_array(folder / file) for name, file in FILES.items() if (folder / file).exists()})


NO_NEAR_COPIES = NearCopies(NOTHING, NOTHING)


def pack_links(key: bytes, pairs: Positions) -> GroupLinks:
    """Return the rows of a group with a key; ``pairs`` are places of texts, shape (pairs, 2)."""
    links = np.zeros(1 + len(pairs), dtype=LINK_DTYPE)
    links["key"] = np.frombuffer(key, dtype=np.uint8)
    links["texts"][1:] = pairs
    return links


def _look_up(pairs: Positions, positions: Positions) -> Positions:
    """Return what each position is paired with, or the position itself."""
    if not len(pairs):
        return positions
    keys = pairs[:, 0]
    places = np.minimum(np.searchsorted(keys, positions), len(keys) - 1)
    return np.where(keys[places] == positions, pairs[places, 1], positions)

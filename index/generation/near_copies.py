"""Near copies of one generation: which documents have nearly the same text, and which of their passages match.

A passage of such a document is a near copy of the passage in another one that shares most pieces with it, wherever it
is there. A passage of any document with exactly the text of a near copy is one, too. ``index/build/near_passages.py``
finds them; an index that was built before there was such a step has none.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.disk.arrays import open_array
from index.types import Positions

FILES = {"documents": "copy-groups.npy", "firsts": "near-copies.npy"}
NOTHING = np.empty((0, 2), dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class NearCopies:
    """Pairs of positions, each shape (pairs, 2), sorted by the first one, which is in one pair only.

    ``documents``: a document that is nearly the same as others, and the first of them, which may be itself.
    ``firsts``: a passage, the first of those with its text, and an earlier one, the first of all that say nearly the
    same.
    """

    documents: Positions
    firsts: Positions

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

    def save(self, folder: Path) -> None:
        """Write arrays, no pickle, into ``folder``."""
        for name, file in FILES.items():
            np.save(folder / file, getattr(self, name), allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "NearCopies":
        """Open what ``save`` wrote; nothing if an earlier version built the index."""
        if not (folder / FILES["firsts"]).exists():
            return NO_NEAR_COPIES
        return cls(**{name: open_array(folder / file) for name, file in FILES.items()})


NO_NEAR_COPIES = NearCopies(NOTHING, NOTHING)


def _look_up(pairs: Positions, positions: Positions) -> Positions:
    """Return what each position is paired with, or the position itself."""
    if not len(pairs):
        return positions
    keys = pairs[:, 0]
    places = np.minimum(np.searchsorted(keys, positions), len(keys) - 1)
    return np.where(keys[places] == positions, pairs[places, 1], positions)

"""What a build has embedded so far, on disk: memory stays flat, and a build that was cut off goes on from here."""

import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.build.vector_cache import NONE, Stock
from index.generation.generation import Keys, sync_to_disk
from index.search.late_interaction import QuantizedTokens
from index.types import Encoder, Positions, Vectors

PREFIX, HALF = ".shards-", ".half"
KEYS, WHOLE, VECTORS, EDGES, IDS, SMALL = "keys", "whole", "vectors", "edges", "ids", "small"
OPEN = 16
"""Arrays that are mapped at once: every one takes a file of the process."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shard:
    """One row a unit, and the tokens of those that are ``whole``, in the same order."""

    keys: Keys
    whole: NDArray[np.bool_]
    vectors: Vectors
    tokens: Sequence[QuantizedTokens]

    def stock(self) -> Stock:
        """As it is, in memory."""
        return Stock(self.keys, _rows(self.whole), self.vectors.__getitem__, self.tokens.__getitem__)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What is written, by name."""
        lengths = [len(one.ids) for one in self.tokens]
        ids = np.concatenate([one.ids for one in self.tokens] or [np.empty(0, dtype=np.int32)])
        small = np.concatenate([one.vectors for one in self.tokens] or [np.empty((0, 0), dtype=np.int8)])
        edges = np.cumsum([0, *lengths], dtype=np.int64)
        return {KEYS: self.keys, WHOLE: self.whole, VECTORS: self.vectors, EDGES: edges, IDS: ids, SMALL: small}


class Shards:
    """A folder of finished shards, one folder each, in the folder of an index; of one model."""

    def __init__(self, root: Path, encoder: Encoder) -> None:
        """``root``: the folder of the index, which exists."""
        self.root, self.encoder, self._folder = root, encoder, root / f"{PREFIX}{encoder.fingerprint}"
        self._array = lru_cache(maxsize=OPEN)(lambda path: np.load(path, mmap_mode="r", allow_pickle=False))

    def finished(self) -> Iterator[Stock]:
        """The shards of a build that was cut off; one that cannot be read is removed."""
        for folder in sorted(self._folder.glob("[0-9]*")):
            if folder.suffix == HALF:
                continue
            try:
                yield self._stock(folder)
            except (OSError, ValueError, EOFError) as error:
                log.warning("%s cannot be read and is computed again: %s", folder, error)
                shutil.rmtree(folder, ignore_errors=True)

    def keep(self, shard: Shard) -> Stock:
        """Writes a shard, all of it or nothing. Raises OSError."""
        taken = (int(folder.stem) for folder in self._folder.glob("[0-9]*"))
        folder = self._folder / f"{max(taken, default=-1) + 1:06d}"
        half = folder.with_suffix(HALF)
        half.mkdir(parents=True)
        for name, array in shard.arrays().items():
            np.save(half / f"{name}.npy", array, allow_pickle=False)
            sync_to_disk(half / f"{name}.npy")
        half.rename(folder)
        return self._stock(folder)

    def clear(self) -> None:
        """Removes all that any build left: what was published has it."""
        self._array.cache_clear()
        for folder in self.root.glob(f"{PREFIX}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def _stock(self, folder: Path) -> Stock:
        """Its keys are held, the rest is mapped when it is asked for."""
        keys, holding, edges = (np.load(folder / f"{name}.npy", allow_pickle=False) for name in (KEYS, WHOLE, EDGES))
        for name in (VECTORS, IDS, SMALL):
            self._array(folder / f"{name}.npy")
        return Stock(keys, _rows(holding), partial(self._vectors, folder), partial(self._tokens, folder, edges))

    def _vectors(self, folder: Path, positions: Positions) -> Vectors:
        return np.asarray(self._array(folder / f"{VECTORS}.npy")[positions], dtype=np.float32)

    def _tokens(self, folder: Path, edges: Positions, position: int) -> QuantizedTokens:
        rows = slice(*edges[position : position + 2].tolist())
        ids, small = (np.array(self._array(folder / f"{name}.npy")[rows]) for name in (IDS, SMALL))
        return QuantizedTokens(ids, small)


def _rows(whole: NDArray[np.bool_]) -> Positions:
    """Where the tokens of each unit are among those of the whole ones, ``NONE`` for the others."""
    return np.where(whole, np.cumsum(whole) - 1, NONE)

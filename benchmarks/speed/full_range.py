"""Give a converted network int8 weights over the full range, as CTranslate2's own conversion does.

The networks in use have limited weights (``index/embedding/saturation.py``); a benchmark compares both kinds.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.saturation import list_matrices

MAX_INT8 = 127
# By the numbers that CTranslate2 gives them (ctranslate2.specs.model_spec), but bfloat16, which is never used here.
TYPES = (np.float32, np.int8, np.int16, np.int32, np.float16)


@dataclass(frozen=True, slots=True)
class Variable:
    """An array of a network. Changes of it change the bytes of the network."""

    values: NDArray[Any]

    def numpy(self) -> NDArray[Any]:
        """Return the array, as a variable of CTranslate2's converters does."""
        return self.values


class Cursor:
    """Reads the parts of a ``model.bin`` one after the other."""

    def __init__(self, network: bytearray) -> None:
        """Start at the first byte."""
        self._network, self._place = network, 0

    def read_numbers(self, layout: str) -> tuple[int, ...]:
        """Return numbers in a layout of the module ``struct``."""
        found = struct.unpack_from(f"={layout}", self._network, self._place)
        self._place += struct.calcsize(f"={layout}")
        return found

    def read_text(self) -> str:
        """Return a text, which has its length before it and a zero after it."""
        (size,) = self.read_numbers("H")
        self._place += size
        return self._network[self._place - size : self._place - 1].decode()

    def read_variable(self) -> Variable:
        """Return an array, whose bytes are those of the network."""
        (dimensions,) = self.read_numbers("B")
        *shape, kind, size = self.read_numbers(f"{dimensions}IBI")
        content = memoryview(self._network)[self._place : self._place + size]
        self._place += size
        return Variable(np.frombuffer(content, dtype=TYPES[kind]).reshape(shape))


def read_variables(network: bytearray) -> Iterator[tuple[str, Variable]]:
    """Yield the name and the array of each variable of a ``model.bin``, which ends with aliases that have no array."""
    cursor = Cursor(network)
    cursor.read_numbers("I")
    cursor.read_text()
    _revision, count = cursor.read_numbers("II")
    for _ in range(count):
        yield cursor.read_text(), cursor.read_variable()


def widen_weights(model: Path) -> None:
    """Change the int8 weights of a ``model.bin`` so that the largest of each row is 127."""
    network = bytearray(model.read_bytes())
    for rows, scales in list_matrices(dict(read_variables(network))):
        factors = MAX_INT8 / np.maximum(np.abs(rows.astype(np.int16)).max(axis=1), 1)
        rows[:] = np.rint(rows * factors[:, None])
        scales[:] = scales * factors
    model.write_bytes(network)

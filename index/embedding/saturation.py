"""Int8 weights that give the same sums on processors with and without VNNI.

Without VNNI an int8 matrix product is made by VPMADDUBSW, which multiplies an unsigned by a signed byte and adds two
neighbouring products in 16 bits. Two products of 255 and 127 do not fit, and the sum saturates without a word.
Weights of which no two neighbours add up to more than 128 always fit (255 * 128 = 32,640), and cost 0.3 bits of
precision instead of the whole bit that halving the range of all weights costs. Measured: ``docs/performance.md``.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAX_PAIR_SUM = 128
# The numbers of CTranslate2's data types that matter here (ctranslate2/specs/model_spec.py).
FLOAT32, INT8 = 0, 1
MODEL_FILE = "model.bin"


@dataclass(slots=True)
class Variable:
    """One array of a CTranslate2 model: its shape, the number of its data type, and its bytes."""

    shape: tuple[int, ...]
    dtype: int
    data: bytes


def limit_weights(body: Path) -> None:
    """Rewrite ``model.bin`` in the folder ``body`` so that no product of its int8 weights can saturate.

    Embeddings are looked up, never multiplied, so they keep their range. Limiting twice changes nothing.
    """
    path = body / MODEL_FILE
    model = Model.read(path.read_bytes())
    for name, weights in model.multiplied():
        scales = model.variables[f"{name}_scale"]
        rows = np.frombuffer(weights.data, dtype=np.int8).reshape(weights.shape)
        factors = np.minimum(1.0, MAX_PAIR_SUM / np.maximum(largest_pair_sums(rows), 1))
        weights.data = np.rint(rows * factors[:, None]).astype(np.int8).tobytes()
        scales.data = (np.frombuffer(scales.data, dtype=np.float32) * factors).astype(np.float32).tobytes()
    path.write_bytes(model.to_bytes())


def largest_pair_sums(rows: NDArray[np.int8]) -> NDArray[np.int64]:
    """Return for each row the largest sum, of one sign, of two neighbouring weights, shape (rows,).

    Inputs are never negative, so weights of opposite sign weaken each other and only those of one sign add up.
    """
    pairs = rows.astype(np.int64).reshape(len(rows), -1, 2)
    positive, negative = np.maximum(pairs, 0).sum(axis=2), np.maximum(-pairs, 0).sum(axis=2)
    return np.asarray(np.maximum(positive, negative).max(axis=1))


@dataclass(slots=True)
class Model:
    """The parts of a ``model.bin`` in the order of the file; ``rest`` has the aliases of variables."""

    head: bytes
    variables: dict[str, Variable]
    rest: bytes

    @classmethod
    def read(cls, data: bytes) -> "Model":
        """Parse the file of a CTranslate2 model, binary version 6."""
        reader = _Reader(data)
        reader.number("I")  # the binary version
        reader.string()  # the name of the specification
        reader.number("I")  # its revision
        head, count = data[: reader.place], reader.number("I")
        variables = dict(reader.variable() for _ in range(count))
        return cls(head, variables, data[reader.place :])

    def multiplied(self) -> Iterator[tuple[str, Variable]]:
        """Yield the int8 matrices that inputs are multiplied with."""
        for name, variable in self.variables.items():
            is_matrix = variable.dtype == INT8 and len(variable.shape) == 2
            if is_matrix and f"{name}_scale" in self.variables and "embeddings" not in name:
                yield name, variable

    def to_bytes(self) -> bytes:
        """Return the file as CTranslate2 reads it."""
        parts = [self.head, struct.pack("<I", len(self.variables))]
        for name, variable in self.variables.items():
            shape = (len(variable.shape), *variable.shape)
            parts += [
                struct.pack("<H", len(name) + 1) + name.encode() + b"\0",
                struct.pack(f"<B{len(variable.shape)}I", *shape),
                struct.pack("<BI", variable.dtype, len(variable.data)),
                variable.data,
            ]
        return b"".join(parts) + self.rest


class _Reader:
    """Reads numbers, strings and arrays one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.place = 0

    def number(self, kind: str) -> int:
        (value,) = struct.unpack_from(f"<{kind}", self._data, self.place)
        self.place += struct.calcsize(f"<{kind}")
        return int(value)

    def take(self, size: int) -> bytes:
        self.place += size
        return self._data[self.place - size : self.place]

    def string(self) -> str:
        return self.take(self.number("H"))[:-1].decode()

    def variable(self) -> tuple[str, Variable]:
        name = self.string()
        shape = tuple(self.number("I") for _ in range(self.number("B")))
        return name, Variable(shape, self.number("B"), self.take(self.number("I")))

"""Vectors and tokens that need not be computed: of the served generation, or of a shard of a build."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.generation.generation import Generation, Keys
from index.search.late_interaction import QuantizedTokens
from index.types import Encoder, Positions, Vectors

KEY_BYTES = 16
NONE = -1


@dataclass(frozen=True, slots=True)
class Stock:
    """What is there, by key. ``whole``: where the tokens of each key are, ``NONE`` where only its vector is kept.

    ``vectors`` gives rows, shape (positions, dimension), by the positions of their keys; ``tokens`` one text's.
    """

    keys: Keys
    whole: Positions
    vectors: Callable[[Positions], Vectors]
    tokens: Callable[[int], QuantizedTokens]


class Wanted:
    """The keys that a collection needs, each once, and which stock has each."""

    def __init__(self, keys: Keys, whole: NDArray[np.bool_]) -> None:
        """One row of both for each unit; ``whole``: whether its tokens are needed, too."""
        comparable, first, self.place = np.unique(_comparable(keys), return_index=True, return_inverse=True)
        self._keys, self._first = comparable, first
        self._whole = np.zeros(len(comparable), dtype=np.bool_)
        np.logical_or.at(self._whole, self.place, whole)
        self._stock = np.full(len(comparable), NONE, dtype=np.int64)
        self._row = np.zeros(len(comparable), dtype=np.int64)

    def offer(self, stocks: list[Stock], stock: Stock) -> None:
        """Takes from one more stock what is still missing."""
        stocks.append(stock)
        places = np.searchsorted(self._keys, _comparable(stock.keys))
        places[places == len(self._keys)] = 0
        fits = self._keys[places] == _comparable(stock.keys)
        fits &= ~self._whole[places] | (stock.whole != NONE)
        fits &= self._stock[places] == NONE
        rows = np.flatnonzero(fits)
        self._stock[places[rows]], self._row[places[rows]] = len(stocks) - 1, rows

    def found(self) -> int:
        """How many units some stock has."""
        return int(np.count_nonzero(self._stock[self.place] != NONE))

    def missing(self) -> Positions:
        """The first unit of each key that no stock has, in the order of the units."""
        return np.sort(self._first[self._stock == NONE])

    def needs_tokens(self, unit: int) -> bool:
        """Whether this unit, or another one of the same key, is all of its passage."""
        return bool(self._whole[self.place[unit]])

    def sources(self, units: slice | Positions) -> tuple[Positions, Positions]:
        """For each unit the number of the stock that has it and the position of its key there."""
        places = self.place[units]
        return self._stock[places], self._row[places]


@dataclass(frozen=True, slots=True)
class Known:
    """What a generation hands on, and the directions on which its tokens are small."""

    stock: Stock
    projection: Vectors


def known_vectors(served: Generation | None, encoder: Encoder) -> Known | None:
    """What a generation can hand on; None where there is none or another model made it."""
    if served is None or served.manifest.model_fingerprint != encoder.fingerprint:
        return None
    contents = served.contents
    whole = np.full(len(contents.keys), NONE, dtype=np.int64)
    whole[contents.whole_passage_units] = np.arange(len(contents.passages))
    stock = Stock(np.asarray(contents.keys), whole, contents.store.vectors, contents.tokens.passage_tokens)
    return Known(stock, contents.tokens.projection)


def vectors_of(stocks: Sequence[Stock], numbers: Positions, rows: Positions) -> Vectors:
    """A row of many stocks for each position of ``rows``, shape (rows, dimension)."""
    chosen = {number: numbers == number for number in np.unique(numbers).tolist()}
    parts = {number: stocks[number].vectors(rows[own]) for number, own in chosen.items()}
    found = np.empty((len(rows), next(iter(parts.values())).shape[1]), dtype=np.float32)
    for number, part in parts.items():
        found[chosen[number]] = part
    return found


def _comparable(keys: Keys) -> NDArray[Any]:
    """Keys that numpy can sort; all are of one length, so that a zero at their end is no matter."""
    return np.ascontiguousarray(keys).view(f"S{KEY_BYTES}").reshape(-1)

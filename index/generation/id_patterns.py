"""Shell-style patterns over many ids at once: array operations on their characters, no loop over the ids."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.disk.string_table import StringTable
from index.types import Positions

WILDCARDS = frozenset("*?[")
# Ids that are matched together: enough for fast array operations, and their arrays need a few megabytes only.
BLOCK_SIZE = 65_536

# Characters that match in a row: each a literal, "?" or a set such as "[a-z]".
Segment = Sequence[str]


def find_matching_rows(ids: StringTable, pattern: str) -> Positions:
    """Return the rows of the ids that ``fnmatch.fnmatchcase`` matches with the pattern, rising, shape (rows,)."""
    segments = _split_pattern(pattern)
    blocks = [
        start + _IdBlock(*ids.read_code_points(start, min(start + BLOCK_SIZE, len(ids)))).match_rows(segments)
        for start in range(0, len(ids), BLOCK_SIZE)
    ]
    return np.concatenate([np.empty(0, dtype=np.int64), *blocks])


def _split_pattern(pattern: str) -> list[Segment]:
    """Split a pattern at its stars; the first and the last segment may be empty."""
    segments: list[list[str]] = [[]]
    for symbol in _parse_symbols(pattern):
        if symbol == "*":
            segments.append([])
        else:
            segments[-1].append(symbol)
    return [segments[0], *(segment for segment in segments[1:-1] if segment), *segments[1:][-1:]]


def _parse_symbols(pattern: str) -> Iterator[str]:
    place = 0
    while place < len(pattern):
        end = place
        if pattern[place] == "[":
            # A bracket right after "[" or "[!" is a member of the set; a set that is not closed is a literal "[".
            first = place + 2 if pattern[place + 1 : place + 2] == "!" else place + 1
            end = max(pattern.find("]", first + 1), place)
        yield pattern[place : end + 1]
        place = end + 1


class _IdBlock:
    """The characters of neighbouring ids in one array."""

    def __init__(self, codes: NDArray[Any], offsets: NDArray[np.int64]) -> None:
        self._codes = codes
        self._starts, self._ends = offsets[:-1], offsets[1:]
        self._members: dict[str, NDArray[np.bool_]] = {}

    def match_rows(self, segments: Sequence[Segment]) -> Positions:
        """Return the rows that match: the outer segments at both ends, each inner one at its first place in between.

        Earlier places leave more room for the rest, so that no other place has to be tried.
        """
        head, inner, tail = segments[0], segments[1:-1], segments[-1] if len(segments) > 1 else ()
        shortest, lengths = sum(map(len, segments)), self._ends - self._starts
        rows = np.flatnonzero(lengths >= shortest if len(segments) > 1 else lengths == shortest)
        rows = rows[self._select_matches(self._starts[rows], head)]
        rows = rows[self._select_matches(self._ends[rows] - len(tail), tail)]
        places, limits = self._starts[rows] + len(head), self._ends[rows] - len(tail)
        for segment in inner:
            # The sentinel lies beyond every limit.
            found = np.append(self._find_segment(segment), len(self._codes))
            places = found[np.searchsorted(found, places)] + len(segment)
            inside = places <= limits
            rows, places, limits = rows[inside], places[inside], limits[inside]
        return rows

    def _find_segment(self, segment: Segment) -> Positions:
        """Return every place at which a segment matches, rising, also across the edges of ids."""
        # Literals are the fastest to compare and usually the rarest.
        pivot = min(range(len(segment)), key=lambda offset: (segment[offset] == "?", len(segment[offset])))
        places = np.flatnonzero(self._accept_codes(segment[pivot], self._codes)) - pivot
        places = places[(places >= 0) & (places <= len(self._codes) - len(segment))]
        return places[self._select_matches(places, segment)]

    def _select_matches(self, places: Positions, segment: Segment) -> Positions:
        """Return the indices of the places at which a segment matches."""
        kept = np.arange(len(places))
        for offset, symbol in enumerate(segment):
            if symbol != "?":
                kept = kept[self._accept_codes(symbol, self._codes[places[kept] + offset])]
        return kept

    def _accept_codes(self, symbol: str, codes: NDArray[Any]) -> NDArray[np.bool_]:
        accepted: NDArray[np.bool_]
        if symbol == "?":
            accepted = np.ones(len(codes), dtype=np.bool_)
        elif len(symbol) == 1:
            accepted = codes == ord(symbol)
        else:
            if symbol not in self._members:
                self._members[symbol] = self._list_members(symbol)
            accepted = self._members[symbol][codes]
        return accepted

    def _list_members(self, symbol: str) -> NDArray[np.bool_]:
        """Return for each code point whether it occurs in the ids and belongs to a set."""
        # In ASCII it is faster to try all 128 than to look which occur.
        present = np.arange(128) if self._codes.dtype == np.uint8 else np.flatnonzero(np.bincount(self._codes))
        members = np.zeros(int(present[-1]) + 1, dtype=np.bool_)
        members[[code for code in present.tolist() if fnmatchcase(chr(code), symbol)]] = True
        return members

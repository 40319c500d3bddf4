"""Shell-style patterns over many ids at once: array operations on their characters, no loop over the ids."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
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
        start + _match_block(_Block(*ids.read_code_points(start, min(start + BLOCK_SIZE, len(ids)))), segments)
        for start in range(0, len(ids), BLOCK_SIZE)
    ]
    return np.concatenate([np.empty(0, dtype=np.int64), *blocks])


def count_scans(pattern: str) -> int:
    """Return how many times matching a pattern looks at all characters of all ids, at most."""
    return 0 if WILDCARDS.isdisjoint(pattern) else 1 + len(_split_pattern(pattern)[1:-1])


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


@dataclass(frozen=True)
class _Block:
    """Ids whose characters are in one array, ``codes``, with the offsets of their edges, shape (ids + 1,)."""

    codes: NDArray[Any]
    offsets: Positions
    _tables: dict[str, NDArray[np.bool_]] = field(default_factory=dict)

    def accept(self, symbol: str, places: Positions | None = None) -> NDArray[np.bool_]:
        """Return for each place, or for all of the block, whether the character there is one of a symbol's."""
        codes = self.codes if places is None else self.codes[places]
        if symbol == "?":
            return np.ones(len(codes), dtype=np.bool_)
        if len(symbol) == 1:
            return np.asarray(codes == ord(symbol))
        if symbol not in self._tables:
            # The standard library decides, once for each character that occurs.
            table = np.zeros(int(self._characters[-1]) + 1 if len(self._characters) else 1, dtype=np.bool_)
            table[[code for code in self._characters.tolist() if fnmatchcase(chr(code), symbol)]] = True
            self._tables[symbol] = table
        return np.take(self._tables[symbol], codes)

    @cached_property
    def _characters(self) -> Positions:
        """The code points that occur, rising."""
        return np.flatnonzero(np.bincount(self.codes))


def _match_block(block: _Block, segments: Sequence[Segment]) -> Positions:
    """Return the rows that match.

    The outer segments are compared at both ends, and each inner one is put at its first place in between: an
    earlier place leaves more room for the rest, so that no other place has to be tried.
    """
    starts, ends = block.offsets[:-1], block.offsets[1:]
    head, inner, tail = segments[0], segments[1:-1], segments[-1] if len(segments) > 1 else ()
    shortest, lengths = sum(map(len, segments)), ends - starts
    rows = np.flatnonzero(lengths >= shortest if len(segments) > 1 else lengths == shortest)
    rows = rows[_select_matches(block, starts[rows], head)]
    rows = rows[_select_matches(block, ends[rows] - len(tail), tail)]
    places, limits = starts[rows] + len(head), ends[rows] - len(tail)
    for segment in inner:
        if not len(rows):
            break
        # The sentinel lies beyond every limit.
        found = np.append(_find_segment(block, segment), len(block.codes))
        places = found[np.searchsorted(found, places)] + len(segment)
        inside = places <= limits
        rows, places, limits = rows[inside], places[inside], limits[inside]
    return rows


def _find_segment(block: _Block, segment: Segment) -> Positions:
    """Return every place at which a segment matches, rising, also across the edges of ids."""
    # Literals are the fastest to compare and usually the rarest.
    pivot = min(range(len(segment)), key=lambda offset: (segment[offset] == "?", len(segment[offset])))
    places = np.flatnonzero(block.accept(segment[pivot]))
    if len(segment) == 1:
        return places
    places = places - pivot
    places = places[(places >= 0) & (places <= len(block.codes) - len(segment))]
    return places[_select_matches(block, places, segment)]


def _select_matches(block: _Block, places: Positions, segment: Segment) -> Positions:
    """Return the indices of the places at which a segment matches."""
    kept = np.arange(len(places))
    for offset, symbol in enumerate(segment):
        if symbol != "?":
            kept = kept[block.accept(symbol, places[kept] + offset)]
    return kept

"""The shipped reader: pairs through the network, and what its numbers say of each passage."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from index.embedding.batching import batch_by_length
from qa.reader.pairs import Pair, Pairs
from qa.reader.spans import Logits, likeliest
from qa.types import Reading

if TYPE_CHECKING:
    from qa.reader.ctranslate2 import Compiled

SHIPPED = Path(__file__).with_name("shipped")


class TrainedReader:
    """The shipped reader, or one of the same form from another folder. Safe to share between threads."""

    name = "shipped"

    def __init__(self, folder: Path = SHIPPED) -> None:
        """``folder``: as ``benchmarks/training/reader`` writes it. The network is loaded at the first use."""
        self._folder = folder
        self._pairs = Pairs(folder / "tokenizer.json")

    @cached_property
    def _network(self) -> "Compiled":
        from qa.reader.ctranslate2 import Compiled

        return Compiled(self._folder)

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """What each passage, given as its title and heading and its words, says to the question."""
        pairs = self._pairs(question, passages)
        readings: dict[int, Reading] = {}
        for rows in batch_by_length([len(pair.ids) for pair in pairs]):
            start, end, relevance = self._network([pairs[row] for row in rows])
            for place, row in enumerate(rows):
                readings[row] = _reading(pairs[row], start[place], end[place], float(relevance[place]))
        return [readings[row] for row in range(len(pairs))]


def _reading(pair: Pair, start: Logits, end: Logits, relevance: float) -> Reading:
    words = slice(pair.first, pair.first + len(pair.offsets))
    margin, span = likeliest(start[words], end[words], pair.offsets, float(start[0] + end[0]))
    return Reading(relevance, margin, span if span and span.start < span.end else None)
